import type { KeyObject } from 'node:crypto';
import { readSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import { runFrom } from './seal-run.ts';

/** A stretch of an open file, to be read into the buffer and decrypted there. */
export interface Reading {
  readonly id: number;
  readonly descriptor: number;
  readonly key: KeyObject;
  readonly position: number;
  readonly length: number;
  readonly buffer: ArrayBuffer;
}

/** The buffer, given back. */
export interface Read {
  readonly id: number;
  readonly buffer: ArrayBuffer;
  /** Less than were asked for at the end of the file only. */
  readonly bytes: number;
  /** Code of the system's error, when there was one. */
  readonly fault?: string;
}

parentPort?.on('message', (reading: Reading) => {
  const { id, buffer } = reading;
  const answer = (told: Pick<Read, 'bytes' | 'fault'>) => parentPort?.postMessage({ id, buffer, ...told }, [buffer]);
  try {
    answer({ bytes: read(reading) });
  } catch (error) {
    answer({ bytes: 0, fault: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' });
  }
});

function read({ descriptor, key, position, length, buffer }: Reading): number {
  const bytes = Buffer.from(buffer, 0, length);
  let done = 0;
  while (done < length) {
    const more = readSync(descriptor, bytes, done, length - done, position + done);
    if (more === 0) break;
    done += more;
  }
  runFrom(key).turn(bytes.subarray(0, done), position);
  return done;
}
