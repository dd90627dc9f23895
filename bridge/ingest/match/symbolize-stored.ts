import type { MedplumClient } from '@medplum/core';
import type { Meta, Resource } from '@medplum/fhirtypes';
import { symbolizeStored } from '../documents/link-attachments.ts';
import { contentHash } from '../shape/content-hash.ts';
import { symbolOf } from '../shape/link-resource.ts';
import { hashedMeta, type Overridden, overriddenOf, sourceKeyOf, withParkedProfile } from '../shape/shape-meta.ts';
import { isObject, type Json, type JsonObject, type ReferenceHolder, walkReferences } from '../walk-references.ts';
import { search } from './look-up.ts';

/** A reference to something in the store. */
export const STORED_REFERENCE = /^[A-Z][A-Za-z]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Medplum gives at most 1,000 matches a page. */
const IDS_A_SEARCH = 1000;

/** The text of every reference of a stored resource, but for its `meta`, in the order in which {@link hashStored} asks. */
export function storedReferences(body: Resource): string[] {
  const { meta: _, ...content } = body as Resource & { meta?: Meta };
  return referenceHolders(content as unknown as JsonObject).map((holder) => holder.reference);
}

/**
 * The hash of what the source said when this was written, taken over what the stored resource says now: it is the one
 * that it was written with unless somebody edited it since. `symbolize` turns a reference back into what it stood for
 * then; undefined for one that stood for itself. Changes `body`.
 */
export function hashStored(body: Resource, symbolize: Symbolize): string {
  const overridden = overriddenOf(body.meta);
  return hashOfForm(asOfSource(symbolicForm(body, symbolize), overridden));
}

export type Symbolize = (reference: string, position: number) => string | undefined;

/** What a stored resource says, in the form that hashes and merges are made of; of `meta` what counts. Changes `body`. */
export function symbolicForm(body: Resource, symbolize: Symbolize): JsonObject {
  const { meta, ...content } = body as Resource & { meta?: Meta };
  const resource = content as unknown as JsonObject;
  symbolizeStored(resource);
  for (const [position, holder] of referenceHolders(resource).entries()) {
    holder.reference = symbolize(holder.reference, position) ?? holder.reference;
  }
  return { ...resource, meta: hashedMeta(withParkedProfile(meta) as Json | undefined) };
}

/** The form with what the source has where a local value stands. */
export function asOfSource(form: JsonObject, overridden: Overridden | undefined): JsonObject {
  const said = Object.entries({ ...form, ...overridden }).filter(([, value]) => value !== null);
  return Object.fromEntries(said);
}

export function hashOfForm(form: JsonObject): string {
  return contentHash(form, isObject(form.meta) ? form.meta : {});
}

export function referenceHolders(resource: JsonObject): ReferenceHolder[] {
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
