import type { ImportProgress, ImportReport } from '../contract/import-report.ts';
import { DISPOSITIONS } from '../contract/import-task.ts';
import type { Metrics } from '../observe/metrics.ts';

/** Counts what one import does: resources as they are written, the rest when it is done. */
export function countImport(metrics: Metrics) {
  let counted = 0;
  const count = (written: number) => {
    metrics.written.inc(Math.max(0, written - counted));
    counted = Math.max(counted, written);
  };
  return {
    saw: ({ written = 0 }: ImportProgress) => count(written),
    /** A small import ends before it has told of anything. */
    ended: (report: ImportReport) => {
      count(report.created + report.updated);
      for (const disposition of DISPOSITIONS) metrics.lines.inc({ disposition }, report[disposition]);
      for (const [rule, times] of Object.entries(report.repairsByRule)) metrics.repairs.inc({ rule }, times);
      for (const [code, times] of Object.entries(report.problemsByCode)) metrics.problems.inc({ code }, times);
    },
  };
}
