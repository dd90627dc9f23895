import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { json } from 'node:stream/consumers';
import { type MedplumClient, normalizeOperationOutcome, OperationOutcomeError } from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import { UNITS } from '../client/estimate-cost.ts';
import { LostReplyError } from '../client/lost-reply-error.ts';
import { pacerOf } from '../client/pacer.ts';

export interface BinaryPost {
  readonly contentType: string;
  /** Length of the whole, where it is known. */
  readonly bytes?: number | undefined;
  /** `Patient/<id>` whose compartment guards the presigned links of the Binary. */
  readonly patient?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Posts bytes as one Binary and gives its id. The next chunk is asked for when the socket has taken the one before, so that
 * the source may use its buffer again: `fetch` takes a new buffer for each chunk, and a gigabyte of them waits for the
 * garbage collector as 150 MB of memory that the process keeps (measured). It waits for the server's quota as all requests
 * of this client do.
 * Throws LostReplyError when the reply is lost, OperationOutcomeError when the server refuses, and what the source throws.
 */
export async function postBinary(
  medplum: MedplumClient,
  chunks: AsyncIterable<Uint8Array>,
  post: BinaryPost,
): Promise<string> {
  const pacer = pacerOf(medplum);
  await pacer?.admit(UNITS.write, post.signal);
  let limits: string | undefined;
  try {
    const outgoing = await openRequest(medplum, post);
    return await sendThrough(outgoing, chunks, post.signal, (answer) => {
      limits = limitsOf(answer);
      if (answer.statusCode === 429) pacer?.refused(limits);
    });
  } finally {
    pacer?.leave(UNITS.write, limits);
  }
}

async function openRequest(
  medplum: MedplumClient,
  { contentType, bytes, patient, signal }: BinaryPost,
): Promise<ClientRequest> {
  await medplum.refreshIfExpired();
  const url = medplum.fhirUrl('Binary');
  const headers = {
    accept: 'application/fhir+json',
    authorization: `Bearer ${medplum.getAccessToken()}`,
    'content-type': contentType,
    ...(bytes === undefined ? {} : { 'content-length': bytes }),
    ...(patient ? { 'x-security-context': patient } : {}),
  };
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return send(url, { method: 'POST', headers, ...(signal ? { signal } : {}) });
}

async function sendThrough(
  outgoing: ClientRequest,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
  onAnswer: (answer: IncomingMessage) => void,
): Promise<string> {
  const answered = (once(outgoing, 'response') as Promise<[IncomingMessage]>).catch((error) => lost(error, signal));
  try {
    // An answer before the end is a refusal; a broken connection ends the waiting for both.
    await Promise.race([writeAll(outgoing, chunks, signal), answered]);
    const [answer] = await answered;
    onAnswer(answer);
    return await binaryId(answer, signal);
  } finally {
    outgoing.destroy();
  }
}

/** Node joins what a server says in several headers of this name. */
function limitsOf({ headers }: IncomingMessage): string | undefined {
  const limits = headers.ratelimit;
  return Array.isArray(limits) ? limits.join() : limits;
}

async function writeAll(
  outgoing: ClientRequest,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const chunk of chunks) {
    await new Promise<void>((resolve, reject) => {
      outgoing.write(chunk, (error) => (error ? reject(error) : resolve()));
    }).catch((error) => lost(error, signal));
  }
  outgoing.end();
}

async function binaryId(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
  const status = answer.statusCode ?? 0;
  if (status === 429 || status >= 500) throw new LostReplyError(`http-${status}`);
  const body = await json(answer).catch((error) => lost(error, signal));
  const { id } = body as Partial<Binary>;
  if (status >= 400 || !id) throw new OperationOutcomeError(normalizeOperationOutcome(body));
  return id;
}

function lost(error: unknown, signal: AbortSignal | undefined): never {
  if (signal?.aborted) throw signal.reason;
  throw new LostReplyError(error instanceof Error && 'code' in error ? String(error.code) : 'network', error);
}
