import type { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry } from '@medplum/fhirtypes';
import { PermanentError } from '../../errors.ts';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { type ReadEntry, readEach } from '../match/read-each.ts';

/** What is erased at once. */
export interface EraseStep {
  /** `Type/<id>` each. */
  readonly references: readonly string[];
  /** How many of them a person had edited here. */
  readonly edited: number;
}

/** What is written down of an erasure, so that a run which was killed is gone on with, and nothing is counted twice. */
export interface EraseRecord {
  /** What an earlier run had begun and nobody knows to be done. */
  readonly unfinished: EraseStep;
  /** Says what is erased next; whatever was begun before is done. */
  begin(step: EraseStep): Promise<void>;
  /** Says what was made of the records and stays: somebody wrote or edited it by hand. */
  keep(references: readonly string[]): Promise<void>;
}

export interface EraserDeps {
  readonly medplum: MedplumClient;
  /** A client that may `$expunge`; without it the history stays. */
  readonly admin: MedplumClient | undefined;
  readonly record: EraseRecord;
  readonly signal?: AbortSignal | undefined;
}

const REMOVED_AT_ONCE = 100;
/** Shows who wrote a version: the server says that, not the client. */
const WITH_AUTHOR = { 'X-Medplum': 'extended' };
const NOTHING: EraseStep = { references: [], edited: 0 };

/** Takes resources away, written down beforehand; expunged where there is an admin's client, else deleted. */
export class Eraser {
  readonly medplum: MedplumClient;
  readonly record: EraseRecord;
  readonly expunges: boolean;
  readonly #remover: MedplumClient;
  readonly #signal: AbortSignal | undefined;

  constructor({ medplum, admin, record, signal }: EraserDeps) {
    this.medplum = medplum;
    this.record = record;
    this.expunges = admin !== undefined;
    this.#remover = admin ?? medplum;
    this.#signal = signal;
  }

  /** Reads URLs by the bridge's own client, with the author of each version. */
  read(urls: readonly string[]): Promise<ReadEntry[]> {
    return readEach(this.medplum, urls, this.#signal, WITH_AUTHOR);
  }

  /** Finishes what an earlier run had begun. */
  async resume(): Promise<void> {
    await this.#send(this.record.unfinished.references);
  }

  /** Those of these Binaries that are there to be taken away. */
  async present(binaries: Iterable<string>): Promise<string[]> {
    const references = [...new Set(binaries)];
    const answers = await this.read(references);
    // A deleted one has its history still.
    const wanted = this.expunges ? [200, 410] : [200];
    return references.filter((_, position) => wanted.includes(answers[position]?.status ?? 0));
  }

  async remove(references: readonly string[], edited = 0): Promise<void> {
    for (let start = 0; start < references.length; start += REMOVED_AT_ONCE) {
      this.#signal?.throwIfAborted();
      const part = references.slice(start, start + REMOVED_AT_ONCE);
      await this.record.begin({ references: part, edited: start === 0 ? edited : 0 });
      await this.#send(part);
    }
  }

  /** Writes down that all is done. */
  async finish(): Promise<void> {
    await this.record.begin(NOTHING);
  }

  /** Both ways may be repeated: what is gone already answers with success, or with 404. */
  async #send(references: readonly string[]): Promise<void> {
    if (references.length === 0) return;
    const entry = references.map((reference): BundleEntry => {
      const request = this.expunges
        ? { method: 'POST' as const, url: `${reference}/$expunge` }
        : { method: 'DELETE' as const, url: reference };
      return { request };
    });
    const bundle: Bundle = { resourceType: 'Bundle', type: 'batch', entry };
    await retryRead(async () => assertGone(await this.#remover.executeBatch(bundle), references), this.#signal);
  }
}

function assertGone({ entry = [] }: Bundle, references: readonly string[]): void {
  for (const [position, reference] of references.entries()) {
    const status = Number(entry[position]?.response?.status ?? 0);
    if ((status >= 200 && status < 300) || status === 404 || status === 410) continue;
    // 409: the server could not serialise this one with what others wrote at that moment.
    if (status === 0 || status === 409 || status === 429 || status >= 500) throw new LostReplyError(`entry-${status}`);
    const what = `the server refused to erase ${reference} with status ${status}`;
    throw new PermanentError('erase-refused', `${what}: look at the access policy of the bridge's clients`);
  }
}
