import { createHash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import type { LedgerEntry } from '../../contract/ledger-entry.ts';
import { PermanentError } from '../../errors.ts';
import { streamBinary } from '../../medplum/binaries/stream-binary.ts';
import { type StoredDocument, storedDocuments } from '../documents/link-attachments.ts';
import type { JsonObject } from '../walk-references.ts';
import type { Findings } from './findings.ts';

/** A link of the server to a Binary leads with its id, and so does `Binary/<id>`. */
const BINARY_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** Reads the bytes of stored documents again, each once, however many resources carry it. */
export class DocumentCheck {
  readonly #medplum: MedplumClient;
  readonly #findings: Findings;
  readonly #signal: AbortSignal | undefined;
  /** By Binary id: what its bytes hash to, undefined when there are none. */
  readonly #hashes = new Map<string, string | undefined>();
  checked = 0;

  constructor(medplum: MedplumClient, findings: Findings, signal: AbortSignal | undefined) {
    this.#medplum = medplum;
    this.#findings = findings;
    this.#signal = signal;
  }

  async check(entry: LedgerEntry, body: Resource): Promise<void> {
    for (const document of storedDocuments(body as unknown as JsonObject)) await this.#checkOne(entry, document);
  }

  async #checkOne(entry: LedgerEntry, { url, sha256 }: StoredDocument): Promise<void> {
    const [id] = BINARY_ID.exec(url ?? '') ?? [];
    const found = id === undefined ? undefined : await this.#hashOf(id);
    const reference = id === undefined ? undefined : `Binary/${id}`;
    if (found === undefined) this.#findings.add('document-missing', entry, reference);
    else if (found !== sha256) this.#findings.add('document-changed', entry, reference);
  }

  async #hashOf(id: string): Promise<string | undefined> {
    if (!this.#hashes.has(id)) {
      this.#hashes.set(id, await hashBinary(this.#medplum, id, this.#signal));
      this.checked++;
    }
    return this.#hashes.get(id);
  }
}

async function hashBinary(medplum: MedplumClient, id: string, signal?: AbortSignal): Promise<string | undefined> {
  const hashAll = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
    const sha256 = createHash('sha256');
    for await (const chunk of chunks) sha256.update(chunk);
    return sha256.digest('hex');
  };
  try {
    return await streamBinary(medplum, id, hashAll, signal);
  } catch (error) {
    if (error instanceof PermanentError && error.code === 'binary-missing') return undefined;
    throw error;
  }
}
