import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { ConfigError, readMedplumSettings } from './config.ts';
import type { ImportProgress } from './contract/import-report.ts';
import { PermanentError } from './errors.ts';
import { HeldImport } from './ingest/guard/held-import.ts';
import { importFile } from './ingest/import-file.ts';
import { verifyImport } from './ingest/ledger/verify-import.ts';
import { createMedplum } from './medplum/create-medplum.ts';
import { LostReplyError } from './medplum/lost-reply-error.ts';

const USAGE = `usage: npm run import -- FILE.jsonl [--connection ID] [--patient Patient/ID] [--json]
       npm run verify -- --connection ID [--task ID] [--json]

  --connection  the connection's namespace; default: the file's name
  --patient     the app's Patient that the records belong to; default: the file's own Patient
  --task        the import to verify; default: the newest that was completed
  --json        the last line of stdout is one JSON object

verify reads the server again and exits with 1 when a resource is missing, doubled, changed or refers to nothing.

Server: MEDPLUM_BASE_URL, MEDPLUM_CLIENT_ID, MEDPLUM_CLIENT_SECRET; default: the running sandbox.`;

/** The command line is wrong: exit code 2. */
class UsageError extends Error {}

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const [command, ...rest] = args;
    if (command === 'decide') return await decide(rest);
    if (command === 'verify') return await runVerify(rest);
    if (command !== 'import') throw new UsageError(`unknown command ${command ?? ''}`);
    await runImport(rest);
    return 0;
  } catch (error) {
    console.error(describe(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

/** Loaded when it is needed: an import has no use for BullMQ, nor the memory it takes. */
async function decide(args: string[]): Promise<number> {
  const { DECIDE_USAGE, DecideUsageError, runDecide } = await import('./decide-command.ts');
  try {
    console.log(await runDecide(args, process.env));
    return 0;
  } catch (error) {
    const isUsage = error instanceof DecideUsageError;
    console.error(isUsage ? `${error.message}\n${DECIDE_USAGE}` : describe(error));
    return isUsage ? 2 : 1;
  }
}

async function runImport(args: string[]): Promise<void> {
  const { file, connection, patient, json } = readArguments(args);
  const { client, close } = await createMedplum({ ...readMedplumSettings(process.env), onWait });
  const started = performance.now();
  const bar = progressBar(json);
  try {
    const { report } = await importFile(client, { file, connection, patient, onProgress: bar.update });
    bar.stop();
    const {
      ledger: _ledger,
      problems,
      problemsByCode,
      repairsByRule,
      receivedByType: _,
      storedByType: __,
      ...counts
    } = report;
    const seconds = (performance.now() - started) / 1000;
    const peakRssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    const linesPerSecond = Math.round(report.lines / seconds);
    const summary = { ...counts, seconds: Number(seconds.toFixed(2)), linesPerSecond, peakRssMb };
    for (const { line, resourceType, code, expression } of problems) {
      console.error(
        `line ${line}: ${resourceType ?? 'no resource'}: ${code} ${expression?.join(', ') ?? ''}`.trimEnd(),
      );
    }
    if (json) console.log(JSON.stringify({ ...summary, problemsByCode, repairsByRule }));
    else console.table(summary);
  } finally {
    bar.stop();
    await close();
  }
}

/** The exit code: 0 when everything balances, 1 with findings. They go to stderr, ids of ours only. */
async function runVerify(args: string[]): Promise<number> {
  const { connection, task, json } = readVerifyArguments(args);
  const { client, close } = await createMedplum({ ...readMedplumSettings(process.env), onWait });
  try {
    const report = await verifyImport(client, { namespace: connection, taskId: task });
    for (const { kind, file = 0, line, target = '', reference } of report.findings) {
      const where = line === undefined ? 'ledger' : `${file > 0 ? `file ${file + 1} ` : ''}line ${line}`;
      console.error(`${where}: ${kind} ${target}${reference ? ` -> ${reference}` : ''}`.trimEnd());
    }
    const { counts, found, findings: _, ...named } = report;
    if (json) console.log(JSON.stringify(report));
    else console.table({ ...named, ...counts, ...found });
    return Object.values(found).some((count) => count > 0) ? 1 : 0;
  } finally {
    await close();
  }
}

function readVerifyArguments(args: string[]) {
  const { values } = parsed(() =>
    parseArgs({
      args,
      options: { connection: { type: 'string' }, task: { type: 'string' }, json: { type: 'boolean', default: false } },
    }),
  );
  const { connection, task, json } = values;
  if (connection === undefined) throw new UsageError('name a connection');
  checkConnection(connection);
  if (task !== undefined && !/^[0-9a-f-]{36}$/i.test(task)) throw new UsageError("--task must be a Task's id");
  return { connection, task, json };
}

function readArguments(args: string[]) {
  const { values, positionals } = parsed(() =>
    parseArgs({
      args,
      allowPositionals: true,
      options: {
        connection: { type: 'string' },
        patient: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  );
  const [file, ...more] = positionals;
  if (!file || more.length > 0) throw new UsageError('name one file');
  if (values.connection !== undefined) checkConnection(values.connection);
  if (values.patient !== undefined && !/^Patient\/[0-9a-f-]{36}$/i.test(values.patient)) {
    throw new UsageError('--patient must look like Patient/<id>');
  }
  return { file, ...values };
}

function checkConnection(connection: string): void {
  if (!/^[\w.-]{1,128}$/.test(connection)) {
    throw new UsageError('--connection may hold letters, digits, dot, dash and underscore, at most 128');
  }
}

/** An option that `parseArgs` does not know is bad usage. */
function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'bad arguments');
  }
}

function onWait(waitMs: number): void {
  console.error(`the server's quota is used up: waiting ${Math.ceil(waitMs / 1000)} s`);
}

/** Shown on a terminal only: elsewhere a bar is noise. */
function progressBar(json: boolean): { update: (progress: ImportProgress) => void; stop: () => void } {
  if (json || !process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format: '{phase} {bar} {percentage}% {eta_formatted}', stream: process.stderr },
    Presets.shades_classic,
  );
  let phase: ImportProgress['phase'] | undefined;
  return {
    update: (progress) => {
      if (progress.phase !== phase) bar.start(progress.total, 0, { phase: progress.phase });
      phase = progress.phase;
      bar.update(progress.done);
    },
    stop: () => bar.stop(),
  };
}

/** One line, and nothing that a source may have said: only our own errors speak for themselves. */
function describe(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n${USAGE}`;
  if (error instanceof ConfigError) return error.message.replace(/\n\s*/g, ' ');
  if (error instanceof HeldImport) return `held: ${error.message}`;
  if (error instanceof PermanentError) return `${error.code}: ${error.message}`;
  if (error instanceof LostReplyError) {
    return `medplum-unreachable: the server stopped answering (${error.code}); run the same command again, it goes on where it stopped`;
  }
  return `unexpected: ${where(error)}; run the same command again, it goes on where it stopped`;
}

/** Name and place of a foreign error: its message may quote the record. */
function where(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = error.stack?.split('\n').find((line) => /^\s+at .*\/bridge\//.test(line));
  return `${error.name} ${frame?.trim() ?? ''}`;
}
