import type { Meta } from '@medplum/fhirtypes';
import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  REPAIRED_CODE,
  SOURCE_META_EXTENSION,
} from '../contract/identifiers.ts';
import { type SourceKey, sourceRoot } from '../contract/source-key.ts';
import { metaSource } from './meta-source.ts';
import { isObject, type Json, type JsonObject } from './walk-references.ts';

/** Where the resources of one import belong. */
export interface Origin {
  /** The first org_connection_id of a lineage (design, principle 3). */
  readonly namespace: string;
  /** Fasten's `task_id`, or what stands for it when a file is imported by hand. */
  readonly exportId: string;
}

/** Tags of every resource of this origin: what it belongs to, and what last wrote it. */
export function originTags(origin: Origin): NonNullable<Meta['tag']> {
  return [
    { system: ORG_CONNECTION_SYSTEM, code: origin.namespace },
    { system: EHI_EXPORT_SYSTEM, code: origin.exportId },
  ];
}

/** Tag of a resource that does not stand as its source wrote it; the ledger says what was changed. */
const REPAIRED: JsonObject = { system: BRIDGE_CODE_SYSTEM, code: REPAIRED_CODE };

/** What the bridge says of a resource that it writes. */
export interface Written {
  /** Of its symbolic form. */
  readonly sha256: string;
  /** Digest of its line, when the line alone decides how it is stored. */
  readonly line?: string | undefined;
  /** `Patient/<id>`. */
  readonly account?: string | undefined;
  readonly isRepaired?: boolean;
}

/**
 * `meta` of a loaded resource: the source's own profile, security, tags and extensions, our `source` and tags, and one
 * extension with what the server would overwrite and the hash of what was written. `account` puts a resource that does
 * not name the patient into the patient's compartment (`meta.accounts`).
 */
export function shapeMeta(
  own: Json | undefined,
  key: SourceKey,
  origin: Origin,
  { sha256, line, account, isRepaired }: Written,
): JsonObject {
  const { source, versionId, lastUpdated, tag, extension, ...kept } = isObject(own) ? own : {};
  const ours = metaSource(origin.namespace, key);
  const parts = { sha256, line, source, versionId, lastUpdated, id: ours.includes('/sha256:') ? key.id : undefined };
  return {
    ...withoutServerOwned(kept),
    source: ours,
    tag: [
      ...list(tag).filter((one) => !isBridgeMark(one)),
      ...(originTags(origin) as JsonObject[]),
      ...(isRepaired ? [REPAIRED] : []),
    ],
    extension: [
      ...list(extension).filter((one) => !isBridgeMark(one)),
      { url: SOURCE_META_EXTENSION, extension: textExtensions(parts) },
    ],
    ...(account ? { accounts: [{ reference: account }] } : {}),
  };
}

/** What the source says in `meta` and a change of which is a change of the resource. */
export function hashedMeta(own: Json | undefined): JsonObject {
  const { profile, security } = isObject(own) ? own : {};
  return { profile, security };
}

/** The hash that the stored resource was written with, undefined when it carries none. */
export function storedHash(meta: Meta | undefined): string | undefined {
  return writtenPart(meta, 'sha256');
}

/** The digest of the line that the stored resource was made from, undefined when it was made from more than that. */
export function storedLine(meta: Meta | undefined): string | undefined {
  return writtenPart(meta, 'line');
}

/** The source key of a stored resource of this namespace, read back from its `meta`; undefined when it has none. */
export function sourceKeyOf(resourceType: string, meta: Meta | undefined, namespace: string): SourceKey | undefined {
  const root = `${sourceRoot(namespace)}${resourceType}/`;
  if (!meta?.source?.startsWith(root)) return undefined;
  const id = writtenPart(meta, 'id') ?? decoded(meta.source.slice(root.length));
  return id === undefined ? undefined : { resourceType, id };
}

function writtenPart(meta: Meta | undefined, url: string): string | undefined {
  const ours = meta?.extension?.find((extension) => extension.url === SOURCE_META_EXTENSION);
  return ours?.extension?.find((part) => part.url === url)?.valueString;
}

/** Undefined for what the bridge did not write: `meta.source` can be edited by hand. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** A tag or extension of ours in the source itself, which came out of another store that a bridge had loaded. */
function isBridgeMark(value: Json): boolean {
  if (!isObject(value)) return false;
  const { system, url } = value;
  if (system === BRIDGE_CODE_SYSTEM) return true;
  return system === ORG_CONNECTION_SYSTEM || system === EHI_EXPORT_SYSTEM || url === SOURCE_META_EXTENSION;
}

/** Medplum's own elements in `meta`: an export that came out of another Medplum (FooClinic) carries them. */
function withoutServerOwned(meta: JsonObject): JsonObject {
  const { author, onBehalfOf, project, account, accounts, compartment, ...rest } = meta;
  return rest;
}

function textExtensions(parts: Record<string, Json | undefined>): JsonObject[] {
  return Object.entries(parts).flatMap(([url, value]) =>
    typeof value === 'string' && value !== '' ? [{ url, valueString: value }] : [],
  );
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
