import { createHash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import { request } from 'undici';
import { saveFile } from '../../spool/open-file.ts';

/** A Binary that is not what it should be, or cannot be had: a code and nothing else. */
export class BinaryError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.name = 'BinaryError';
    this.code = code;
  }
}

/**
 * Streams a Binary's bytes into a file that only we may read. MedplumClient would hold them in memory.
 *
 * @param medplum - The bridge's own client.
 * @param binary - `reference`: `Binary/<id>`; `sha256` of its bytes, hex: the file is whole, or there is an error.
 * @returns How many bytes.
 * @throws BinaryError `binary-<status>` or `binary-changed`; whatever the network and the disk throw.
 */
export async function downloadBinary(
  medplum: Pick<MedplumClient, 'fhirUrl' | 'getAccessToken' | 'refreshIfExpired'>,
  binary: { readonly reference: string; readonly sha256: string },
  path: string,
  signal: AbortSignal,
): Promise<number> {
  await medplum.refreshIfExpired();
  const url = medplum.fhirUrl('Binary', binary.reference.replace(/^Binary\//, ''));
  const headers = { authorization: `Bearer ${medplum.getAccessToken()}`, accept: '*/*' };
  const response = await request(url, { headers, signal });
  if (response.statusCode !== 200) {
    await response.body.dump();
    throw new BinaryError(`binary-${response.statusCode}`);
  }
  const hash = createHash('sha256');
  const bytes = await saveFile(
    path,
    watched(response.body, (chunk) => hash.update(chunk)),
  );
  if (hash.digest('hex') !== binary.sha256) throw new BinaryError('binary-changed');
  return bytes;
}

async function* watched(chunks: AsyncIterable<Buffer>, see: (chunk: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}
