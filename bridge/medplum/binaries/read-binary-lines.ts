import { setTimeout as sleep } from 'node:timers/promises';
import type { MedplumClient } from '@medplum/core';
import { Agent } from 'undici';
import { PermanentError } from '../../errors.ts';
import { readBackoffMs } from '../client/retry-read.ts';
import { openBinary } from './stream-binary.ts';

const LF = 0x0a;

/**
 * Reads a Binary of text as lines, as they come; only one line is held. A connection that breaks is opened again and
 * goes on behind the last line given. The client's own `download` would hold all of it.
 * Throws PermanentError `binary-missing`, LostReplyError when the server stays away.
 */
export async function* readBinaryLines(
  medplum: MedplumClient,
  id: string,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const agent = new Agent({ bodyTimeout: 0 });
  let given = 0;
  try {
    for (const waitMs of [...readBackoffMs(), 0]) {
      try {
        let seen = 0;
        for await (const line of splitLines(await openBinary(agent, medplum, id, signal))) {
          if (seen++ < given) continue;
          given++;
          yield line;
        }
        return;
      } catch (error) {
        if (error instanceof PermanentError || waitMs === 0) throw error;
        signal?.throwIfAborted();
      }
      await sleep(waitMs, undefined, signal ? { signal } : {});
    }
  } finally {
    await agent.destroy();
  }
}

/** Splits on 0x0A only: a text may hold U+2028, which is an end of line for Node's readline. */
async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(LF); end !== -1; end = bytes.indexOf(LF, start)) {
      yield bytes.toString('utf8', start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
  if (rest.length > 0) yield rest.toString();
}
