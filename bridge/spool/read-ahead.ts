import type { KeyObject } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { Read, Reading } from './read-ahead.worker.ts';

/** A sealed file that is open. */
export interface SealedFile {
  readonly descriptor: number;
  readonly key: KeyObject;
}

type Place = Pick<Reading, 'position' | 'length' | 'buffer'>;

/** The thread holds next to nothing, and makes as much waste as it reads: without a limit it is collected when it is 100 MB. */
const LIMITS = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 48 };

let nextId = 1;
const waiting = new Map<number, { resolve: (read: Read) => void; reject: (fault: Error) => void }>();
let thread: Worker | undefined;

/**
 * Reads a large stretch of a sealed file in a thread of its own. Node hands out what it decrypts in new memory each time,
 * whose collection in the heap of an import took as long as reading the file did (measured: 0.7 s a gigabyte); here the same
 * buffers go back and forth, and one is filled while the other is looked at.
 *
 * @returns The buffer, given back. Throws the system's error by its code.
 */
function readInThread({ descriptor, key }: SealedFile, place: Place): Promise<Read> {
  thread ??= startThread();
  const id = nextId++;
  const answer = Promise.withResolvers<Read>();
  waiting.set(id, answer);
  thread.ref();
  const reading: Reading = { id, descriptor, key, ...place };
  thread.postMessage(reading, [place.buffer]);
  return answer.promise;
}

function startThread(): Worker {
  const worker = new Worker(new URL('./read-ahead.worker.ts', import.meta.url), { resourceLimits: LIMITS });
  worker.on('message', (read: Read) => {
    const { resolve, reject } = waiting.get(read.id) ?? {};
    waiting.delete(read.id);
    // A thread for which nobody waits is no reason for the process to stay.
    if (waiting.size === 0) worker.unref();
    if (read.fault === undefined) resolve?.(read);
    else reject?.(Object.assign(new Error('the spool file cannot be read'), { code: read.fault }));
  });
  worker.on('error', (error) => {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return worker;
}

/** A part of a sealed file in pieces, the next one read ahead. Each is only valid until the next is asked for. */
export async function* readAhead(
  file: SealedFile,
  pieceBytes: number,
  { offset, length }: { readonly offset: number; readonly length: number },
): AsyncGenerator<Buffer> {
  const end = offset + length;
  const spare = [new ArrayBuffer(pieceBytes), new ArrayBuffer(pieceBytes)];
  const ask = (position: number): Promise<Read> | undefined => {
    const buffer = spare.pop();
    if (position >= end || buffer === undefined) return undefined;
    return readInThread(file, { position, length: Math.min(pieceBytes, end - position), buffer });
  };
  let pending = ask(offset);
  try {
    for (let at = offset; pending !== undefined; ) {
      const { buffer, bytes } = await pending;
      at += bytes;
      pending = bytes < pieceBytes ? undefined : ask(at);
      // Nobody may come back for it.
      pending?.catch(() => undefined);
      if (bytes > 0) yield Buffer.from(buffer, 0, bytes);
      spare.push(buffer);
    }
  } finally {
    // The file must stay open as long as it is read.
    await pending?.catch(() => undefined);
  }
}
