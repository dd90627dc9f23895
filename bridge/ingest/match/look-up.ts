import type { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry, Meta, Resource } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import type { SourceKey } from '../../contract/source-key.ts';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { escapeSearchValue, metaSource } from '../meta-source.ts';
import { type Age, parkedProfiles, storedAge, storedHash, storedLine } from '../shape/shape-meta.ts';

/** A resource of ours in the store, as far as matching needs it. */
export interface StoredVersion {
  readonly id: string;
  readonly versionId: string;
  /** Hash that it was written with; undefined when it carries none. */
  readonly sha256: string | undefined;
  /** Digest of the line that it stands for as it came; undefined when it was made from more than its line. */
  readonly line: string | undefined;
  /** The export that last wrote it. */
  readonly exportId: string | undefined;
  readonly age: Age;
  /** `Patient/<id>` and others in whose compartments it was put. */
  readonly accounts: readonly string[];
  /** The profiles that its source claims stand in our extension. */
  readonly parksProfile: boolean;
}

/** Values of one search. Medplum gives at most 1,000 matches a page, and a key could be stored twice by somebody else. */
const VALUES_A_SEARCH = 400;
/** Medplum's router (5.2) refuses a longer query in a batch entry: it stops at 70,000 characters. */
const CHARACTERS_A_SEARCH = 60_000;
/** Medplum's body limit is 1 MB (`maxJsonSize`). */
const MAX_BODY_BYTES = 800_000;

/**
 * Finds what is stored of these keys. Keys of all types travel together, as a batch of searches for `meta.source`: the
 * fastest way to ask Medplum for thousands (measured: 1,000 in 122 ms).
 * Returns `meta.source` to version; keys that are not stored are not in it. Binary cannot be searched: asked for one, it
 * looks for the DocumentReference that stands for it.
 */
export async function lookUp(
  medplum: MedplumClient,
  namespace: string,
  keys: readonly SourceKey[],
  signal?: AbortSignal,
): Promise<Map<string, StoredVersion>> {
  const found = new Map<string, StoredVersion>();
  for (const searches of packed(namespace, keys)) {
    for (const resource of await search(medplum, searches, signal)) {
      const source = resource.meta?.source;
      const version = versionOf(resource);
      if (version && source && !found.has(source)) found.set(source, version);
    }
  }
  return found;
}

/** A stored resource as matching sees it; undefined for what the server did not number. */
export function versionOf({ id, meta }: Resource): StoredVersion | undefined {
  if (!id || !meta?.versionId) return undefined;
  const { versionId } = meta;
  const [sha256, line, exportId, age] = [storedHash(meta), storedLine(meta), exportOf(meta), storedAge(meta)];
  const accounts = meta.accounts?.flatMap(({ reference }) => reference ?? []) ?? [];
  return { id, versionId, sha256, line, exportId, age, accounts, parksProfile: parkedProfiles(meta).length > 0 };
}

function exportOf(meta: Meta): string | undefined {
  return meta.tag?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.code;
}

/** The type under which a key of this type is searched: what stands for a Binary is a DocumentReference. */
export function searchedType(resourceType: string): string {
  return resourceType === 'Binary' ? 'DocumentReference' : resourceType;
}

/** Which of these types hold anything of the namespace: on a first import there is nothing to match. */
export async function probeTypes(
  medplum: MedplumClient,
  namespace: string,
  types: readonly string[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  const tag = encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${escapeSearchValue(namespace)}`);
  const searches = types.filter((type) => type !== 'Binary').map((type) => `${type}?_tag=${tag}&_count=1&_fields=meta`);
  const resources = searches.length > 0 ? await search(medplum, searches, signal) : [];
  return new Set(resources.map((resource) => resource.resourceType));
}

/** Runs searches as one batch and gives all their matches. Throws when the server refuses one of them. */
export async function search(
  medplum: MedplumClient,
  urls: readonly string[],
  signal?: AbortSignal,
): Promise<Resource[]> {
  const entry = urls.map((url): BundleEntry => ({ request: { method: 'GET', url } }));
  const bundle: Bundle = { resourceType: 'Bundle', type: 'batch', entry };
  const reply = await retryRead(async () => withoutRefusals(await medplum.executeBatch(bundle)), signal);
  return (reply.entry ?? [])
    .flatMap((found) => (found.resource as Bundle | undefined)?.entry ?? [])
    .flatMap((match) => match.resource ?? []);
}

/** A batch is HTTP 200 even when the quota ends in its middle: then it is asked again. */
function withoutRefusals(reply: Bundle): Bundle {
  const refused = reply.entry?.find((entry) => entry.response?.status?.startsWith('2') !== true);
  if (!refused) return reply;
  const status = refused.response?.status ?? 'none';
  if (status === '429' || status.startsWith('5')) throw new LostReplyError(`entry-${status}`);
  throw new Error(`the server refused a search with status ${status}`);
}

function* packed(namespace: string, keys: readonly SourceKey[]): Generator<string[]> {
  let bundle: string[] = [];
  let bytes = 0;
  for (const url of searchUrls(namespace, keys)) {
    if (bytes + url.length > MAX_BODY_BYTES) {
      yield bundle;
      [bundle, bytes] = [[], 0];
    }
    bundle.push(url);
    bytes += url.length + 100;
  }
  if (bundle.length > 0) yield bundle;
}

function* searchUrls(namespace: string, keys: readonly SourceKey[]): Generator<string> {
  const byType = Map.groupBy(keys, (key) => searchedType(key.resourceType));
  for (const [type, ofType] of byType) {
    const sources = new Set(ofType.map((key) => metaSource(namespace, key)));
    for (const values of joined([...sources].map((source) => encodeURIComponent(escapeSearchValue(source))))) {
      yield `${type}?_source=${values}&_fields=meta&_count=1000`;
    }
  }
}

/** The values as comma lists, each short enough for one search. */
export function* joined(values: readonly string[]): Generator<string> {
  let list: string[] = [];
  let characters = 0;
  for (const value of values) {
    if (list.length === VALUES_A_SEARCH || characters + value.length > CHARACTERS_A_SEARCH) {
      yield list.join(',');
      list = [];
      characters = 0;
    }
    list.push(value);
    characters += value.length + 1;
  }
  if (list.length > 0) yield list.join(',');
}
