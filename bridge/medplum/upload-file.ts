import { once } from 'node:events';
import { type FileHandle, open } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { json } from 'node:stream/consumers';
import { type MedplumClient, normalizeOperationOutcome, OperationOutcomeError } from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import { LostReplyError } from './lost-reply-error.ts';
import { retryRead } from './retry-read.ts';

export interface FileUpload {
  readonly contentType: string;
  /** `Patient/<id>` whose compartment guards the presigned links of the Binary. */
  readonly patient?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK_BYTES = 256 * 1024;

/**
 * Stores a file as a Binary, through one buffer: `fetch` takes a new buffer for each chunk, and a gigabyte of them waits
 * for the garbage collector as 150 MB of memory that the process keeps (measured). Gives the Binary's id; throws as
 * `uploadBinary` does.
 */
export async function uploadFile(medplum: MedplumClient, path: string, upload: FileUpload): Promise<string> {
  return retryRead(async () => {
    await medplum.refreshIfExpired();
    const file = await open(path, 'r');
    try {
      return await post(medplum, file, upload);
    } finally {
      await file.close();
    }
  }, upload.signal);
}

async function post(
  medplum: MedplumClient,
  file: FileHandle,
  { contentType, patient, signal }: FileUpload,
): Promise<string> {
  const url = medplum.fhirUrl('Binary');
  const { size } = await file.stat();
  const headers = {
    accept: 'application/fhir+json',
    authorization: `Bearer ${medplum.getAccessToken()}`,
    'content-type': contentType,
    'content-length': size,
    ...(patient ? { 'x-security-context': patient } : {}),
  };
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const outgoing = send(url, { method: 'POST', headers, ...(signal ? { signal } : {}) });
  const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
  try {
    // An answer before the end is a refusal; a broken connection ends the waiting for both.
    await Promise.race([writeAll(outgoing, file), answered]);
    const [answer] = await answered;
    return await binaryId(answer);
  } catch (error) {
    if (error instanceof OperationOutcomeError || signal?.aborted) throw error;
    throw error instanceof LostReplyError ? error : new LostReplyError(codeOf(error), error);
  } finally {
    outgoing.destroy();
  }
}

/** The buffer is used again only when the socket has taken what was in it. */
async function writeAll(outgoing: ClientRequest, file: FileHandle): Promise<void> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) break;
    await new Promise<void>((resolve, reject) => {
      outgoing.write(buffer.subarray(0, bytesRead), (error) => (error ? reject(error) : resolve()));
    });
  }
  outgoing.end();
}

async function binaryId(answer: IncomingMessage): Promise<string> {
  const status = answer.statusCode ?? 0;
  if (status === 429 || status >= 500) throw new LostReplyError(`http-${status}`);
  const body = await json(answer);
  const { id } = body as Partial<Binary>;
  if (status >= 400 || !id) throw new OperationOutcomeError(normalizeOperationOutcome(body));
  return id;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'network';
}
