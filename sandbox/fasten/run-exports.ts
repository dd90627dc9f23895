import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { exportLines } from '../generator/write-export.ts';
import { personaPieces } from '../personas/persona-pieces.ts';
import { type Chaos, makeExportId } from './chaos.ts';
import { countResources } from './count-resources.ts';
import type { WebhookSender } from './deliver-webhooks.ts';
import type { KeptState } from './keep-state.ts';
import type { Clock } from './make-clock.ts';
import type { ExportTask, OrgConnection } from './state.ts';
import { patientOfFixture, type TefcaPatient } from './tefca-patients.ts';
import { exportFinished } from './webhook-events.ts';

/** How long an export answers for its connection, and how long its file can be fetched. */
export const RETENTION_MS = 24 * 60 * 60 * 1000;

export interface ExportRunner {
  /**
   * Begins an export, or gives back the one begun in the last 24 hours. One that failed is not given back; one that
   * succeeded has its webhook sent again as a new event, as integrators saw it.
   */
  request(connection: OrgConnection, fixture?: string): Promise<ExportTask>;
  /** Goes on with what was pending before a restart. */
  resume(): void;
  /** Resolves when no export is being made any more. */
  close(): Promise<void>;
}

export interface RunnerOptions {
  readonly kept: KeptState;
  readonly clock: Clock;
  readonly sender: WebhookSender;
  readonly chaos: Chaos;
  /** Folder for files that are generated. */
  readonly dir: string;
  readonly baseUrl: string;
  /** How long a task stays pending. */
  readonly exportDelayMs: number;
}

/** Makes exports out of connections: pending, a file with its counts, success or failure, and the webhook that says so. */
export function runExports({ kept, clock, sender, chaos, dir, baseUrl, exportDelayMs }: RunnerOptions): ExportRunner {
  const { state, save } = kept;
  const running = new Set<Promise<void>>();

  function schedule(task: ExportTask): void {
    clock.at(task.dueAtMs, () => {
      const run = finish(task).finally(() => running.delete(run));
      running.add(run);
    });
  }

  async function finish(task: ExportTask): Promise<void> {
    const connection = state.connections.find((candidate) => candidate.orgConnectionId === task.orgConnectionId);
    const reason = failureOf(connection);
    try {
      if (connection === undefined || reason !== undefined) {
        throw new Error(reason);
      }
      const lines = await prepareFile(connection, task, dir);
      task.stats = await countResources(lines);
      const { format } = chaos;
      const path = format === 'jsonl' ? lines : await bundleUp(lines, join(dir, 'exports', `${task.taskId}.json`));
      const readyAtMs = clock.now();
      const name = `${new Date(readyAtMs).toISOString().slice(0, 10)}-${randomUUID()}`;
      task.file = { fileId: `${name}${format === 'jsonl' ? '.jsonl' : '.bundle.json'}`, path, readyAtMs, format };
      task.status = 'success';
    } catch {
      task.status = 'failed';
      task.failureReason = reason ?? 'suppressed_please_contact';
    }
    await sender.send(exportFinished(task, baseUrl, chaos));
  }

  return {
    async request({ orgConnectionId, recordSinceMs = 0 }, fixture) {
      const now = clock.now();
      const earlier = state.tasks.findLast((task) => task.orgConnectionId === orgConnectionId);
      const isKept = now - (earlier?.createdAtMs ?? 0) < RETENTION_MS && (earlier?.createdAtMs ?? 0) >= recordSinceMs;
      if (earlier && earlier.status !== 'failed' && isKept) {
        if (earlier.status === 'success') {
          await sender.send(exportFinished(earlier, baseUrl, chaos));
        }
        return earlier;
      }
      const dueAtMs = now + exportDelayMs;
      const taskId = makeExportId(chaos);
      const begun = { taskId, orgConnectionId, createdAtMs: now, dueAtMs, ...(fixture && { fixture }) };
      const task: ExportTask = { ...begun, status: 'pending' };
      state.tasks.push(task);
      await save();
      schedule(task);
      return task;
    },
    resume() {
      state.tasks.filter((task) => task.status === 'pending').forEach(schedule);
    },
    async close() {
      await Promise.allSettled(running);
    },
  };
}

/** Why an export of this connection cannot succeed, in Fasten's `failure_reason` codes; undefined when it can. */
function failureOf(connection: OrgConnection | undefined): string | undefined {
  if (connection === undefined || connection.status === 'revoked') {
    return 'token_refresh_failure';
  }
  return connection.failWith;
}

/** A file given by path is served as it is; a persona's is generated once, the same bytes every time. */
async function prepareFile(connection: OrgConnection, { taskId, fixture }: ExportTask, dir: string) {
  const { orgConnectionId, source, recordSinceMs } = connection;
  const patient = patientOfFixture(fixture);
  if (patient === undefined && 'file' in source) {
    await access(source.file);
    return source.file;
  }
  // Beside what was exported of the record that it was.
  const path = join(dir, 'exports', `${recordSinceMs === undefined ? orgConnectionId : taskId}.jsonl`);
  await mkdir(dirname(path), { recursive: true });
  await pipeline(Readable.from(patient ? fixturePieces(patient) : piecesOf(source)), createWriteStream(`${path}.new`));
  await rename(`${path}.new`, path);
  return path;
}

function fixturePieces({ given, family, birthDate, gender }: TefcaPatient): Iterable<string> {
  return personaPieces({ id: 'tefca-ccda', patient: { given, family, birthDate, gender } });
}

function piecesOf(source: OrgConnection['source']): Iterable<string> {
  if ('file' in source) return [];
  return 'id' in source.persona ? personaPieces(source.persona) : exportLines(source.persona);
}

/** The same record as one Bundle, which Fasten sends to whoever asked for it. Small ones only: it is held whole. */
async function bundleUp(lines: string, path: string): Promise<string> {
  const resources = (await readFile(lines, 'utf8')).split('\n').filter((line) => line.trim() !== '');
  await mkdir(dirname(path), { recursive: true });
  const entries = resources.map((line) => `{"resource":${line.trim()}}`).join(',');
  await writeFile(path, `{"resourceType":"Bundle","type":"collection","entry":[${entries}]}`);
  return path;
}
