import type { MedplumClient } from '@medplum/core';
import { Agent, request } from 'undici';
import { PermanentError } from '../../errors.ts';
import { LostReplyError } from '../client/lost-reply-error.ts';
import { retryRead } from '../client/retry-read.ts';

/**
 * Streams a Binary's bytes through `read`, which begins anew whenever the connection breaks.
 * Throws PermanentError `binary-missing`, LostReplyError when the server stays away.
 */
export async function streamBinary<T>(
  medplum: MedplumClient,
  id: string,
  read: (chunks: AsyncIterable<Buffer>) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const agent = new Agent({ bodyTimeout: 0 });
  try {
    return await retryRead(() => read(bytesOf(agent, medplum, id, signal)), signal);
  } finally {
    await agent.destroy();
  }
}

/** Whatever breaks on the way is a LostReplyError. */
async function* bytesOf(
  agent: Agent,
  medplum: MedplumClient,
  id: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  try {
    yield* await openBinary(agent, medplum, id, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof PermanentError || error instanceof LostReplyError
      ? error
      : new LostReplyError('download', error);
  }
}

/** Asks once. Throws PermanentError `binary-missing`, LostReplyError, and what the network throws. */
export async function openBinary(
  agent: Agent,
  medplum: MedplumClient,
  id: string,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<Buffer>> {
  await medplum.refreshIfExpired();
  const headers = { authorization: `Bearer ${medplum.getAccessToken()}`, accept: '*/*' };
  const options = { dispatcher: agent, headers, ...(signal ? { signal } : {}) };
  const { statusCode, body } = await request(medplum.fhirUrl('Binary', id), options);
  if (statusCode === 200) return body;
  await body.dump();
  if ([400, 403, 404, 410].includes(statusCode)) throw new PermanentError('binary-missing', `there is no Binary/${id}`);
  throw new LostReplyError(`http-${statusCode}`);
}
