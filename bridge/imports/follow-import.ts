import { setTimeout as wait } from 'node:timers/promises';
import type { Response } from 'express';
import { isAtRest } from '../contract/import-status.ts';
import { HttpError } from '../errors.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import { type ReadProgress, showImport } from './show-import.ts';

export interface FollowDeps {
  readonly readProgress: ReadProgress;
  /** Aborted when the process stops: open streams must not keep it. */
  readonly closing: AbortSignal;
}

const LOOK_MS = 500;
/** The Task is read at every so many looks: it costs a request of Medplum, the progress one of Redis. */
const LOOKS_A_TASK = 4;
const LOOKS_A_HEARTBEAT = 30;
/** After this many looks (an hour) the caller opens the stream again, with a token that is checked again. */
const MAX_LOOKS = 7_200;

/**
 * Tells by server-sent events how an import stands, as long as it runs: `status` whenever it has changed (an
 * ImportStatus), `end` as the last one. A comment every 15 seconds keeps proxies from closing the connection.
 *
 * @param readTask - With the caller's token; a token that is no longer good ends the stream.
 */
export async function followImport(
  { readProgress, closing }: FollowDeps,
  readTask: () => Promise<StoredTask>,
  res: Response,
): Promise<void> {
  let task = await readTask();
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  res.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  let told = '';
  try {
    for (let look = 1; look <= MAX_LOOKS; look++) {
      const shown = await showImport(task, readProgress);
      const status = JSON.stringify(shown);
      if (status !== told) res.write(`event: status\ndata: ${status}\n\n`);
      else if (look % LOOKS_A_HEARTBEAT === 0) res.write(': still here\n\n');
      told = status;
      if (isAtRest(shown)) break;
      await wait(LOOK_MS, undefined, { signal });
      if (look % LOOKS_A_TASK === 0) task = await readTask();
    }
    res.write('event: end\ndata: {}\n\n');
  } catch (error) {
    if (!signal.aborted && !(error instanceof HttpError)) throw error;
  } finally {
    res.end();
  }
}
