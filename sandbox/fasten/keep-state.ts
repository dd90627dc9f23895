import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastenState, WebhookSettings } from './state.ts';

export interface KeptState {
  readonly state: FastenState;
  /** Resolves when what `state` holds at the time of the call is on disk; calls that come together share one write. */
  save(): Promise<void>;
}

/**
 * Reads the simulator's state from a folder, or begins a new one there.
 *
 * @param dir - Folder of the state file; made when absent.
 * @param defaults - Webhook settings of a new state.
 * @throws SyntaxError when the state file was damaged.
 */
export async function keepState(dir: string, defaults: WebhookSettings): Promise<KeptState> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, 'state.json');
  const state = (await readState(path)) ?? {
    signingKey: randomBytes(32).toString('hex'),
    webhook: defaults,
    connections: [],
    tasks: [],
    deliveries: [],
  };

  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;
  async function write(): Promise<void> {
    await writing;
    queued = undefined;
    // Written beside and renamed: a crash in between leaves the old state whole.
    writing = writeFile(`${path}.new`, JSON.stringify(state)).then(() => rename(`${path}.new`, path));
    await writing;
  }
  return {
    state,
    save() {
      queued ??= write();
      return queued;
    },
  };
}

async function readState(path: string): Promise<FastenState | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as FastenState;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}
