import type { Resource } from '@medplum/fhirtypes';
import {
  type AttachedDocument,
  type PlacedDocument,
  placeAgain,
  placedDocuments,
  symbolicAttachments,
} from '../documents/link-attachments.ts';
import { referenceHolders, type Symbolize, storedReferences } from '../match/symbolize-stored.ts';
import type { LinkedResource } from '../shape/link-resource.ts';
import type { PreparedResource } from '../shape/prepare-resource.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';

/** Where the parts of a merge came from. */
export interface MergeOrigin {
  readonly prepared: PreparedResource;
  readonly linked: LinkedResource;
  /** The source's documents. */
  readonly attached: readonly AttachedDocument[];
  /** The stored resource. */
  readonly body: Resource;
  readonly symbolize: Symbolize;
}

export interface PlacedMerge {
  readonly resource: JsonObject;
  readonly attached: readonly AttachedDocument[];
}

/**
 * Takes a merged resource out of its symbolic form: references and attachments point at what they pointed at where they
 * came from. Undefined when one of its `#` references means a contained resource that the other side took away.
 */
export function placeMerged(merged: JsonObject, origin: MergeOrigin): PlacedMerge | undefined {
  const { id: _, meta, ...content } = structuredClone(merged);
  const targets = targetsBySymbol(origin);
  for (const holder of referenceHolders(content)) holder.reference = targets.get(holder.reference) ?? holder.reference;
  if (!hasItsContained(content)) return undefined;
  const { prepared, attached, body } = origin;
  return {
    resource: { ...content, meta: { ...objectOf(prepared.resource.meta), ...own(meta) } },
    attached: placeAttachments(content, attached, placedDocuments(structuredClone(body) as unknown as JsonObject)),
  };
}

/** What the source names may have a new id; what only the stored resource names keeps the one that it has. */
function targetsBySymbol({ linked, body, symbolize }: MergeOrigin): ReadonlyMap<string, string> {
  const targets = new Map<string, string>();
  for (const [position, reference] of storedReferences(body).entries()) {
    const symbol = symbolize(reference, position);
    if (symbol !== undefined) targets.set(symbol, reference);
  }
  for (const [reference, symbol] of linked.symbols) targets.set(symbol, reference);
  return targets;
}

/** Bytes that this resource carries already are not stored again. Returns the others. */
function placeAttachments(
  resource: JsonObject,
  attached: readonly AttachedDocument[],
  stored: ReadonlyMap<string, PlacedDocument>,
): AttachedDocument[] {
  return symbolicAttachments(resource).flatMap(({ attachment, sha256 }): AttachedDocument[] => {
    const known = stored.get(sha256);
    if (known) placeAgain(attachment, known);
    const fresh = known ? undefined : attached.find(({ content }) => content.sha256 === sha256);
    return fresh ? [{ ...fresh, link: { attachment, said: fresh.link.said } }] : [];
  });
}

function hasItsContained(resource: JsonObject): boolean {
  const contained = Array.isArray(resource.contained) ? resource.contained : [];
  const ids = new Set(contained.map((inner) => (isObject(inner) ? `#${String(inner.id)}` : undefined)));
  const internal = referenceHolders(resource).filter(({ reference }) => /^#./.test(reference));
  return internal.every(({ reference }) => ids.has(reference));
}

function own(meta: Json | undefined): JsonObject {
  const { profile = [], security = [] } = objectOf(meta);
  return { profile, security };
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
