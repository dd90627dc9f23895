import { setTimeout as wait } from 'node:timers/promises';
import type { Response } from 'express';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import { importStatusFromTask, isAtRest } from '../contract/import-status.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredTask } from '../medplum/change-task.ts';
import type { FollowDeps } from './follow-import.ts';
import { showImport } from './show-import.ts';

const LOOK_MS = 500;
/** Medplum is asked at every so many looks, while nothing runs at even fewer: it costs the caller's quota. */
const LOOKS_A_SEARCH = 4;
const LOOKS_A_QUIET_SEARCH = 12;
const LOOKS_A_HEARTBEAT = 30;
/** After this many looks (an hour) the caller opens the stream again, with a token that is checked again. */
const MAX_LOOKS = 7_200;
/** Of more imports at once the latest are told of; the others as they change. */
const MAX_IMPORTS = '100';

/**
 * Tells by server-sent events of every import that the caller may see: `import` (an ImportStatus) for those that run, as they
 * go on, and for any that changes. What was at rest before is not told.
 */
export async function followImports(
  { readProgress, closing }: FollowDeps,
  caller: Pick<Caller, 'search'>,
  res: Response,
): Promise<void> {
  const changes = watchTasks(caller);
  let running = await changes();
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const signal = AbortSignal.any([gone.signal, closing]);
  res.set({ 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' });
  res.flushHeaders();
  const told = new Map<string, string>();
  try {
    for (let look = 1; look <= MAX_LOOKS; look++) {
      for (const task of running.values()) {
        const status = await showImport(task, readProgress);
        const text = JSON.stringify(status);
        if (told.get(task.id) !== text) res.write(`event: import\ndata: ${text}\n\n`);
        told.set(task.id, text);
        if (!isAtRest(status)) continue;
        running.delete(task.id);
        told.delete(task.id);
      }
      if (look % LOOKS_A_HEARTBEAT === 0) res.write(': still here\n\n');
      await wait(LOOK_MS, undefined, { signal });
      const pause = running.size > 0 ? LOOKS_A_SEARCH : LOOKS_A_QUIET_SEARCH;
      if (look % pause === 0) running = new Map([...running, ...(await changes())]);
    }
  } catch (error) {
    if (!signal.aborted && !(error instanceof HttpError)) throw error;
  } finally {
    res.end();
  }
}

/** Gives what has changed since the last call; at the first what runs. The server's own times are compared, never ours. */
function watchTasks(caller: Pick<Caller, 'search'>): () => Promise<Map<string, StoredTask>> {
  let since: string | undefined;
  const seen = new Map<string, string | undefined>();
  return async () => {
    const isFirst = since === undefined;
    const found = (await caller.search('Task', {
      code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
      _sort: '-_lastUpdated',
      _count: MAX_IMPORTS,
      ...(since !== undefined && { _lastUpdated: `ge${since}` }),
    })) as StoredTask[];
    since = found[0]?.meta?.lastUpdated ?? since ?? new Date(0).toISOString();
    const fresh = found.filter(({ id, meta }) => seen.get(id) !== meta?.versionId);
    seen.clear();
    for (const { id, meta } of found) seen.set(id, meta?.versionId);
    const wanted = isFirst ? fresh.filter((task) => !isAtRest(importStatusFromTask(task))) : fresh;
    return new Map(wanted.map((task) => [task.id, task]));
  };
}
