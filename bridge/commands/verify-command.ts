import { type VerifyReport, verifyImport } from '../ingest/ledger/verify-import.ts';
import type { Command } from './command.ts';
import { readImportOptions } from './read-options.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

export const verifyCommand: Command = {
  usage: `usage: npm run verify -- --connection ID [--task ID] [--skip-bytes] [--json]

  --connection  the connection's namespace
  --task        the import to verify; default: the newest that was completed
  --skip-bytes  do not download the documents and the raw export to hash them again
  --json        the last line of stdout is one JSON object

Reads the server again and exits with 1 when a resource is missing, doubled, changed, refers to nothing, lacks its
Provenance or its place in the Patient's compartment, or when bytes are not what they were.

${SERVER_USAGE}`,

  run: (args, env) => {
    const { connection, task, json, ...values } = readImportOptions(args, {
      'skip-bytes': { type: 'boolean', default: false },
    });
    return withMedplum(env, async (medplum) => {
      const report = await verifyImport(medplum, {
        namespace: connection,
        taskId: task,
        readsBytes: values['skip-bytes'] !== true,
      });
      printReport(report, json === true);
      return Object.values(report.found).some((count) => count > 0) ? 1 : 0;
    });
  },
};

/** The findings go to stderr, ids of ours only. */
function printReport(report: VerifyReport, json: boolean): void {
  for (const { kind, file = 0, line, target = '', reference } of report.findings) {
    const where =
      line === undefined
        ? kind.startsWith('raw')
          ? `file ${file + 1}`
          : 'ledger'
        : `${file > 0 ? `file ${file + 1} ` : ''}line ${line}`;
    console.error(`${where}: ${kind} ${target}${reference ? ` -> ${reference}` : ''}`.trimEnd());
  }
  const { counts, found, findings: _, ...named } = report;
  if (json) console.log(JSON.stringify(report));
  else console.table({ ...named, ...counts, ...found });
}
