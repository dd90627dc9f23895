import { estimateTime } from '../ingest/dry-run/estimate-time.ts';
import { type Rehearsal, rehearseImport } from '../ingest/dry-run/rehearse-import.ts';
import type { FileImport } from '../ingest/import-file.ts';
import { RESERVE_UNITS } from '../medplum/client/paced-fetch.ts';
import { QuotaMeter } from '../medplum/client/quota-meter.ts';
import { progressBar } from './show-progress.ts';
import { withStopSignal } from './stop-signal.ts';
import { withMedplum } from './with-medplum.ts';

/** `npm run import -- FILE --dry-run`, over a client that cannot write. Gives the exit code. */
export function rehearse(request: FileImport, json: boolean, env: NodeJS.ProcessEnv): Promise<number> {
  const quota = new QuotaMeter();
  const work = async (medplum: Parameters<typeof rehearseImport>[0]): Promise<number> => {
    const bar = progressBar(json);
    try {
      const rehearsal = await withStopSignal((signal) =>
        rehearseImport(medplum, { ...request, signal, onProgress: bar.update }),
      );
      const said = summarise(rehearsal, quota);
      bar.stop();
      if (json) console.log(JSON.stringify(said));
      else print(said);
      return 0;
    } finally {
      bar.stop();
    }
  };
  return withMedplum(env, work, { isReadOnly: true, onQuota: quota.listen });
}

function summarise(rehearsal: Rehearsal, quota: QuotaMeter) {
  const { report, guard, danglingByType, documents, writes, bundles } = rehearsal;
  const { problems: _, storedByType: __, receivedByType, problemsByCode, repairsByRule, ...counts } = report;
  const dangling = Object.values(danglingByType).reduce((sum, count) => sum + count, 0);
  const time = estimateTime({ writes, documents, readUnits: quota.used }, quota.seen, RESERVE_UNITS);
  return {
    isDryRun: true,
    ...counts,
    receivedByType,
    problemsByCode,
    repairsByRule,
    dangling,
    danglingByType,
    documents,
    guard,
    writes,
    bundles,
    time,
  };
}

function print(said: ReturnType<typeof summarise>): void {
  const { receivedByType, problemsByCode, repairsByRule, danglingByType, documents, guard, time, ...counts } = said;
  console.table({ ...counts, documents: documents.count, documentBytes: documents.bytes });
  printCounts('lines by type', receivedByType);
  printCounts('repairs by rule', repairsByRule);
  printCounts('quarantined and skipped lines by code', problemsByCode);
  printCounts('references to nothing, by type', danglingByType);
  console.log(`guard: ${[guard.verdict, ...guard.traits].join(' ')}`);
  const left = time.unitsLeft === undefined ? 'the server names no quota' : `${time.unitsLeft} left now`;
  console.log(`quota: ${time.units} units needed, ${left}: ${time.quotaSeconds} s of waiting`);
  console.log(`about ${time.seconds} s in all; nothing was written`);
}

function printCounts(title: string, counts: Readonly<Record<string, number>>): void {
  if (Object.keys(counts).length === 0) return;
  console.log(title);
  console.table(counts);
}
