import { join } from 'node:path';
import { readFolders } from '../config.ts';
import type { ImportReport } from '../contract/import-report.ts';
import { type FileImport, importFile } from '../ingest/import-file.ts';
import { type Command, UsageError } from './command.ts';
import { checkConnection, readOptions } from './read-options.ts';
import { progressBar } from './show-progress.ts';
import { withStopSignal } from './stop-signal.ts';
import { SERVER_USAGE, withMedplum } from './with-medplum.ts';

export const importCommand: Command = {
  usage: `usage: npm run import -- FILE.jsonl[.gz] [--connection ID] [--patient Patient/ID] [--dry-run] [--json]

  --connection  the connection's namespace; default: the file's name
  --patient     the app's Patient that the records belong to; default: the file's own Patient
  --dry-run     say what the import would do and how long it would take; write nothing
  --json        the last line of stdout is one JSON object

${SERVER_USAGE}
Uploads are remembered in DATA_DIR (default .data) until the import is done.`,

  run: (args, env) => {
    const { file, connection, patient, json, 'dry-run': isDryRun } = readArguments(args);
    if (isDryRun) return rehearse({ file, connection, patient }, json, env);
    return withMedplum(env, async (medplum) => {
      const started = performance.now();
      const journals = join(readFolders(env).dataDir, 'uploads');
      const bar = progressBar(json);
      try {
        const { report } = await withStopSignal((signal) =>
          importFile(medplum, { file, connection, patient, journals, signal, onProgress: bar.update }),
        );
        bar.stop();
        printReport(report, (performance.now() - started) / 1000, json);
        return 0;
      } finally {
        bar.stop();
      }
    });
  },
};

async function rehearse(request: FileImport, json: boolean, env: NodeJS.ProcessEnv): Promise<number> {
  const command = await import('./rehearse-command.ts');
  return command.rehearse(request, json, env);
}

function printReport(report: ImportReport, seconds: number, json: boolean): void {
  const {
    ledger: _ledger,
    problems,
    problemsByCode,
    repairsByRule,
    receivedByType: _,
    storedByType: __,
    unsureTraits,
    ...counts
  } = report;
  if (report.withoutTransactions) {
    console.error(
      "the server's project has no transaction-bundles: written by conditional batches, slower and as safe",
    );
  }
  const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const linesPerSecond = Math.round(report.lines / seconds);
  const summary = { ...counts, seconds: Number(seconds.toFixed(2)), linesPerSecond, peakRssMb };
  for (const { line, resourceType, code, expression } of problems) {
    console.error(`line ${line}: ${resourceType ?? 'no resource'}: ${code} ${expression?.join(', ') ?? ''}`.trimEnd());
  }
  if (unsureTraits) {
    console.error(
      `unsure: the records' Patient or the chart's does not say: ${unsureTraits.join(', ')}; loaded all the same`,
    );
  }
  if (json)
    console.log(JSON.stringify({ ...summary, problemsByCode, repairsByRule, ...(unsureTraits && { unsureTraits }) }));
  else console.table(summary);
}

function readArguments(args: string[]) {
  const { values, positionals } = readOptions({
    args,
    allowPositionals: true,
    options: {
      connection: { type: 'string' },
      patient: { type: 'string' },
      'dry-run': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new UsageError('name one file');
  if (values.connection !== undefined) checkConnection(values.connection);
  if (values.patient !== undefined && !/^Patient\/[0-9a-f-]{36}$/i.test(values.patient)) {
    throw new UsageError('--patient must look like Patient/<id>');
  }
  return { file, ...values };
}
