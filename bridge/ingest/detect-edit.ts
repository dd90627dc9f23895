import type { MedplumClient } from '@medplum/core';
import type { Meta, Resource, ResourceType } from '@medplum/fhirtypes';
import { retryRead } from '../medplum/retry-read.ts';
import { contentHash } from './content-hash.ts';
import { symbolizeStored } from './documents/link-attachments.ts';
import { type LinkedResource, symbolOf } from './link-resource.ts';
import type { LoadContext } from './load-context.ts';
import { type StoredVersion, search } from './look-up.ts';
import type { PreparedResource } from './prepare-resource.ts';
import { hashedMeta, sourceKeyOf, storedHash } from './shape-meta.ts';
import { type Json, type JsonObject, type ReferenceHolder, walkReferences } from './walk-references.ts';

/** A reference to something in the store. */
export const STORED_REFERENCE = /^[A-Z][A-Za-z]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Medplum gives at most 1,000 matches a page. */
const IDS_A_SEARCH = 1000;

/**
 * True when the stored resource no longer says what the bridge wrote: somebody edited it in Medplum. Its hash is taken
 * again over the stored body, with references turned back into the source keys that they stand for. A link whose target
 * is gone from the store stands for what the source says at that place (`linked`): nobody links to nothing on purpose.
 */
export async function isEditedHere(
  context: LoadContext,
  prepared: PreparedResource,
  stored: StoredVersion,
  linked: LinkedResource,
): Promise<boolean> {
  const bound = context.binding.kind === 'app' ? context.binding.reference : undefined;
  const type = prepared.resource.resourceType as ResourceType;
  const body = await retryRead(() => context.medplum.readResource(type, stored.id), context.signal);
  const references = storedReferences(body);
  const { medplum, origin, signal } = context;
  const symbols = await findSymbols(
    medplum,
    origin.namespace,
    new Set(references.filter((text) => text !== bound)),
    signal,
  );
  const expected = referenceHolders(prepared.resource).map((holder) => linked.symbols.get(holder.reference));
  const sha256 = hashStored(body, (reference, position) => {
    const isDead = symbols.has(reference) && symbols.get(reference) === undefined;
    return isDead ? expected[position] : symbols.get(reference)?.symbol;
  });
  return sha256 !== storedHash(body.meta);
}

/** The text of every reference of a stored resource, but for its `meta`, in the order in which {@link hashStored} asks. */
export function storedReferences(body: Resource): string[] {
  const { meta: _, ...content } = body as Resource & { meta?: Meta };
  return referenceHolders(content as unknown as JsonObject).map((holder) => holder.reference);
}

/**
 * The hash of what a stored resource says now, to be compared with the one that it was written with. `symbolize` turns
 * a reference back into what it stood for when it was hashed; undefined for one that stood for itself. Changes `body`.
 */
export function hashStored(
  body: Resource,
  symbolize: (reference: string, position: number) => string | undefined,
): string {
  const { meta, ...content } = body as Resource & { meta?: Meta };
  const resource = content as unknown as JsonObject;
  symbolizeStored(resource);
  for (const [position, holder] of referenceHolders(resource).entries()) {
    holder.reference = symbolize(holder.reference, position) ?? holder.reference;
  }
  return contentHash(resource, hashedMeta(meta as Json | undefined));
}

function referenceHolders(resource: JsonObject): ReferenceHolder[] {
  const holders: ReferenceHolder[] = [];
  walkReferences(resource, (holder) => holders.push(holder));
  return holders;
}

/**
 * For each text that is a reference to an id of the store: its symbol if it is of this namespace; undefined when nothing is
 * there. A Binary cannot be searched and counts as not there.
 */
export async function findSymbols(
  medplum: MedplumClient,
  namespace: string,
  references: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Map<string, { symbol: string | undefined } | undefined>> {
  const texts = [...references].filter((text) => STORED_REFERENCE.test(text));
  const byType = Map.groupBy(texts, (text) => text.slice(0, text.indexOf('/')));
  const searches = [...byType]
    .filter(([type]) => type !== 'Binary')
    .flatMap(([type, ofType]) => searchesById(type, ofType));
  const found = searches.length > 0 ? await search(medplum, searches, signal) : [];
  const symbols = new Map<string, { symbol: string | undefined } | undefined>(texts.map((text) => [text, undefined]));
  for (const resource of found) {
    const key = sourceKeyOf(resource.resourceType, resource.meta, namespace);
    symbols.set(`${resource.resourceType}/${resource.id}`, { symbol: key && symbolOf(key) });
  }
  return symbols;
}

function searchesById(type: string, references: readonly string[]): string[] {
  const searches: string[] = [];
  for (let start = 0; start < references.length; start += IDS_A_SEARCH) {
    const ids = references.slice(start, start + IDS_A_SEARCH).map((text) => text.slice(type.length + 1));
    searches.push(`${type}?_id=${ids.join(',')}&_fields=meta&_count=1000`);
  }
  return searches;
}
