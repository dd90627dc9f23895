import type { Provenance } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { sourceRoot } from '../../contract/source-key.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import type { LoadContext } from '../load-context.ts';
import { joined, search } from '../match/look-up.ts';
import { patientReference } from '../shape/compose-entry.ts';
import { makeProvenance } from '../shape/make-provenance.ts';

/** Pages that are looked for at once. */
const PAGES_A_SEARCH = 100;

/**
 * The Provenances of one export, as numbered pages: page n is created on the condition that there is no page n. What a
 * killed run still has under way is one page at most, the next one; whoever takes it first has it, and the other looks
 * again at what is left to prove. So no resource gets two from one export.
 */
export class ProvenanceBook {
  readonly #context: LoadContext;
  #next: number | undefined;

  constructor(context: LoadContext) {
    this.#context = context;
  }

  /** Writes where these resources (`Type/<id>`) came from. None of them may have a Provenance of this export yet. */
  async cover(references: readonly string[]): Promise<void> {
    for (let left = references; left.length > 0; ) {
      this.#next ??= await this.#firstFree();
      const stored = await this.#write(this.#next, left);
      this.#next++;
      const targets = new Set(stored.target.map(({ reference }) => reference));
      if (left.every((reference) => targets.has(reference))) return;
      left = await this.uncovered(left);
    }
  }

  /** Those of these resources that no Provenance of this export names. */
  async uncovered(references: readonly string[]): Promise<string[]> {
    if (references.length === 0) return [];
    const { medplum, origin, signal } = this.#context;
    const tag = encodeURIComponent(`${EHI_EXPORT_SYSTEM}|${origin.exportId}`);
    const urls = [...joined(references)].map((list) => `Provenance?target=${list}&_tag=${tag}&_count=1000`);
    const found = (await search(medplum, urls, signal)) as Provenance[];
    const root = sourceRoot(origin.namespace);
    // A Provenance that the export itself brought is a record like any other.
    const ours = found.filter(({ meta }) => !meta?.source?.startsWith(root));
    const covered = new Set(ours.flatMap(({ target }) => target.map(({ reference }) => reference)));
    return references.filter((reference) => !covered.has(reference));
  }

  async #write(page: number, references: readonly string[]): Promise<Provenance> {
    const { medplum, signal } = this.#context;
    const provenance = makeProvenance(this.#context, patientReference(this.#context, new Map()), references);
    const resource = { ...provenance, meta: { ...provenance.meta, source: this.#source(page) } };
    const query = `_source=${encodeURIComponent(this.#source(page))}`;
    return retryRead(() => medplum.createResourceIfNoneExist(resource, query), signal);
  }

  async #firstFree(): Promise<number> {
    const { medplum, signal } = this.#context;
    for (let first = 0; ; first += PAGES_A_SEARCH) {
      const pages = Array.from({ length: PAGES_A_SEARCH }, (_, n) => this.#source(first + n));
      const query = `Provenance?_source=${pages.map(encodeURIComponent).join(',')}&_fields=meta&_count=1000`;
      const taken = new Set((await search(medplum, [query], signal)).map(({ meta }) => meta?.source));
      const last = pages.findLastIndex((page) => taken.has(page));
      if (last < PAGES_A_SEARCH - 1) return first + last + 1;
    }
  }

  #source(page: number): string {
    const { namespace, exportId } = this.#context.origin;
    return `${ORG_CONNECTION_SYSTEM}/${namespace}/provenance#${encodeURIComponent(exportId)}/${page}`;
  }
}
