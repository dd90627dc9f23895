import { type VerifyReport, verifyImport } from '../ingest/ledger/verify-import.ts';
import type { Command } from './command.ts';
import { readImportOptions } from './read-options.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

export const verifyCommand: Command = {
  usage: `usage: npm run verify -- --connection ID [--task ID] [--json]

  --connection  the connection's namespace
  --task        the import to verify; default: the newest that was completed
  --json        the last line of stdout is one JSON object

Reads the server again and exits with 1 when a resource is missing, doubled, changed or refers to nothing.

${SERVER_USAGE}`,

  run: (args, env) => {
    const { connection, task, json } = readImportOptions(args, {});
    return withMedplum(env, async (medplum) => {
      const report = await verifyImport(medplum, { namespace: connection, taskId: task });
      printReport(report, json === true);
      return Object.values(report.found).some((count) => count > 0) ? 1 : 0;
    });
  },
};

/** The findings go to stderr, ids of ours only. */
function printReport(report: VerifyReport, json: boolean): void {
  for (const { kind, file = 0, line, target = '', reference } of report.findings) {
    const where = line === undefined ? 'ledger' : `${file > 0 ? `file ${file + 1} ` : ''}line ${line}`;
    console.error(`${where}: ${kind} ${target}${reference ? ` -> ${reference}` : ''}`.trimEnd());
  }
  const { counts, found, findings: _, ...named } = report;
  if (json) console.log(JSON.stringify(report));
  else console.table({ ...named, ...counts, ...found });
}
