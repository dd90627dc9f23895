import type { Bundle, Meta, Resource, ResourceType } from '@medplum/fhirtypes';
import { putAddedCodes, takeAddedCodes } from '../../contract/added-codes.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import type { AttachedDocument } from '../documents/link-attachments.ts';
import type { LoadContext } from '../load-context.ts';
import type { StoredVersion } from '../match/look-up.ts';
import { readEach } from '../match/read-each.ts';
import {
  asOfSource,
  hashOfForm,
  referenceHolders,
  type Symbolize,
  storedReferences,
  symbolicForm,
} from '../match/symbolize-stored.ts';
import { findErrors } from '../repair/check-resource.ts';
import { sameContent } from '../shape/content-hash.ts';
import type { LinkedResource } from '../shape/link-resource.ts';
import type { PreparedResource } from '../shape/prepare-resource.ts';
import { hashedMeta, type Overridden, overriddenOf, storedHash } from '../shape/shape-meta.ts';
import type { JsonObject } from '../walk-references.ts';
import { mergeElements } from './merge-elements.ts';
import { placeMerged } from './place-merged.ts';
import { readSymbols, type Symbols } from './read-symbols.ts';

/** What has to be written when the source changed a stored resource. */
export type Merged =
  /** Nobody edited it here: what the source says. */
  | { readonly kind: 'unedited'; readonly meta: Meta | undefined }
  /** Both changed it. */
  | {
      readonly kind: 'merged';
      readonly meta: Meta | undefined;
      readonly resource: JsonObject;
      /** Documents that `resource` carries and that must be stored before it. */
      readonly attached: readonly AttachedDocument[];
      /** FHIRPath of elements in which the local value won. */
      readonly kept: readonly string[];
      readonly overridden: Overridden | undefined;
    }
  /** Edited here, and what it was before cannot be found, or both together make no valid resource. */
  | { readonly kind: 'unmergeable' };

const VERSIONS_A_PAGE = 50;
/** A bot can write a version a minute; whoever needs more than this is left alone. */
const MAX_VERSIONS = 1000;
/** What the source says beside local values is kept in `meta`, in every version. */
const MAX_OVERRIDDEN_CHARS = 64 * 1024;

/**
 * Merges what was edited in Medplum with what the source says now (`prepared`, linked; its attachments in symbolic form).
 * Reads the stored body, and its history when somebody edited it. The base is the newest version that gives the stored
 * hash (docs/decisions/0005-merge.md).
 */
export async function mergeEdits(
  context: LoadContext,
  prepared: PreparedResource,
  stored: StoredVersion,
  linked: LinkedResource,
  attached: readonly AttachedDocument[],
): Promise<Merged> {
  const type = prepared.resource.resourceType as ResourceType;
  const { medplum, signal } = context;
  // The version that was looked up, and will be demanded: a read by id may give an older one, without the edit (0021).
  const body = await retryRead(() => medplum.readVersion(type, stored.id, stored.versionId), signal);
  const symbolize = symbolizer(await readSymbols(context, new Set(storedReferences(body))), prepared, linked);
  const local = symbolicForm(structuredClone(body), symbolize);
  const written = storedHash(body.meta);
  if (hashOfForm(local) === written) return { kind: 'unedited', meta: body.meta };

  // What a bot put beside the source's codes is no edit: it is left out, and put back beside what comes of the merge.
  const added = takeAddedCodes(local);
  const before = asOfSource(local, overriddenOf(body.meta));
  const base = hashOfForm(before) === written ? before : await findBase(context, body, prepared, linked);
  if (!base) return { kind: 'unmergeable' };
  const source = sourceForm(prepared, linked);
  const { merged, kept } = mergeElements(type, base, local, source);
  const differing = difference(merged, source);
  const placed = placeMerged(merged, { prepared, linked, attached, body, symbolize });
  if (placed) putAddedCodes(placed.resource, added);
  if (!placed || findErrors(placed.resource).length > 0 || isTooLong(differing)) return { kind: 'unmergeable' };
  return { kind: 'merged', meta: body.meta, ...placed, kept, overridden: differing };
}

/** A link to what was expunged stands for what the source says at that place: nobody links to nothing on purpose. */
function symbolizer(symbols: Symbols, { resource }: PreparedResource, linked: LinkedResource): Symbolize {
  const expected = referenceHolders(resource).map((holder) => linked.symbols.get(holder.reference));
  return (reference, position) => {
    const isDead = /^[A-Z][A-Za-z]+\/[0-9a-f-]{36}$/.test(reference) && !symbols.has(reference);
    return isDead ? expected[position] : symbols.get(reference);
  };
}

function sourceForm({ resource }: PreparedResource, { symbols }: LinkedResource): JsonObject {
  const form = structuredClone({ ...resource, meta: hashedMeta(resource.meta) });
  for (const holder of referenceHolders(form)) holder.reference = symbols.get(holder.reference) ?? holder.reference;
  return form;
}

/** The newest version that says what was last written, as the source had it; undefined when history does not hold it. */
async function findBase(
  context: LoadContext,
  body: Resource,
  prepared: PreparedResource,
  linked: LinkedResource,
): Promise<JsonObject | undefined> {
  const written = storedHash(body.meta);
  if (written === undefined) return undefined;
  for (let offset = 0; offset < MAX_VERSIONS; offset += VERSIONS_A_PAGE) {
    const versions = await readVersions(context, body, offset);
    const ours = versions.filter(({ resource }) => storedHash(resource?.meta) === written);
    const bodies = ours.flatMap(({ resource }) => resource ?? []);
    const symbols = await readSymbols(context, new Set(bodies.flatMap(storedReferences)));
    for (const version of bodies) {
      const form = asOfSource(symbolicForm(version, symbolizer(symbols, prepared, linked)), overriddenOf(version.meta));
      if (hashOfForm(form) === written) return form;
      takeAddedCodes(form);
      if (hashOfForm(form) === written) return form;
    }
    if (versions.length < VERSIONS_A_PAGE) return undefined;
  }
  return undefined;
}

async function readVersions({ medplum, signal }: LoadContext, { resourceType, id }: Resource, offset: number) {
  const url = `${resourceType}/${id}/_history?_count=${VERSIONS_A_PAGE}&_offset=${offset}`;
  const [answer] = await readEach(medplum, [url], signal);
  return (answer?.resource as Bundle | undefined)?.entry ?? [];
}

/** The top-level properties in which the source says something else; undefined when in none. */
function difference(merged: JsonObject, source: JsonObject): Overridden | undefined {
  const names = new Set([...Object.keys(merged), ...Object.keys(source)]);
  const differing = [...names].filter((name) => !sameContent(merged[name], source[name]));
  if (differing.length === 0) return undefined;
  return Object.fromEntries(differing.map((name) => [name, source[name] ?? null]));
}

function isTooLong(overridden: Overridden | undefined): boolean {
  return overridden !== undefined && JSON.stringify(overridden).length > MAX_OVERRIDDEN_CHARS;
}
