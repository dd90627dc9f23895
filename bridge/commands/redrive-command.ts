import { join } from 'node:path';
import { readFolders } from '../config.ts';
import { openSpool } from '../download/spool.ts';
import { openFileJournal } from '../ingest/documents/file-journal.ts';
import { type RedriveReport, redriveImport } from '../ingest/redrive-import.ts';
import type { Command } from './command.ts';
import { readImportOptions } from './read-options.ts';
import { progressBar } from './show-progress.ts';
import { withStopSignal } from './stop-signal.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

export const redriveCommand: Command = {
  usage: `usage: npm run redrive -- --connection ID [--task ID] [--json]

  --connection  the connection's namespace
  --task        the import to run again; default: the newest that was completed
  --json        the last line of stdout is one JSON object

Tries the quarantined lines of an import again, from the raw export in Medplum; what is stored stays as it is. The export
lies in SPOOL_DIR (default .data/spool) meanwhile.

${SERVER_USAGE}`,

  run: (args, env) => {
    const { connection, task, json } = readImportOptions(args, {});
    const isJson = json === true;
    return withMedplum(env, async (medplum) => {
      const bar = progressBar(isJson);
      const { spoolDir, dataDir } = readFolders(env);
      const { spool } = await openSpool(spoolDir);
      const journal = await openFileJournal(join(dataDir, 'uploads'), connection);
      try {
        const report = await withStopSignal((signal) =>
          spool.withFolder(`redrive-${connection}`, (folder) => {
            const request = { namespace: connection, taskId: task, folder, journal, signal, onProgress: bar.update };
            return redriveImport(medplum, request);
          }),
        );
        await journal.remove();
        bar.stop();
        print(report, isJson);
        return 0;
      } finally {
        bar.stop();
      }
    });
  },
};

function print({ task, before, after, report }: RedriveReport, json: boolean): void {
  for (const { file, line, resourceType, code, disposition } of report.problems) {
    const where = `${file > 0 ? `file ${file + 1} ` : ''}line ${line}`;
    if (disposition === 'quarantined') console.error(`${where}: ${resourceType ?? 'no resource'}: ${code}`);
  }
  const { connection, lines, created, updated, unchanged, duplicate, quarantined, skipped } = report;
  const counts = { lines, created, updated, unchanged, duplicate, quarantined, skipped };
  const left = { before: sum(before), after: sum(after) };
  if (json) {
    console.log(JSON.stringify({ connection, task, ...counts, quarantinedBefore: before, quarantinedAfter: after }));
    return;
  }
  console.table(counts);
  const codes = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  console.table(
    Object.fromEntries(codes.map((code) => [code, { before: before[code] ?? 0, after: after[code] ?? 0 }])),
  );
  console.log(`${left.before} lines were quarantined, ${left.after} are left`);
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
