import type { StitchReport } from '../contract/stitch-report.ts';
import type { Caller } from '../medplum/callers.ts';
import type { Log } from '../observe/log.ts';
import type { KeepReport } from '../queue/keep-reports.ts';

export interface ReportDeps {
  readonly keepReport: KeepReport;
  readonly log: Log;
}

/**
 * Keeps what Stitch said besides success: Fasten's support asks for the request id, and tells nobody else of a failure
 * (there is no webhook for it).
 */
export async function keepStitchReport(
  { keepReport, log }: ReportDeps,
  caller: Caller,
  { event_type, api_mode, data }: StitchReport,
): Promise<void> {
  const told = Object.entries({ event_type, api_mode, ...data, reporter: caller.profile });
  await keepReport(Object.fromEntries(told.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))));
  log.info('connection.reported', { eventType: event_type, code: data?.error, fastenRequestId: data?.request_id });
}
