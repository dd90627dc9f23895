import type { Meta } from '@medplum/fhirtypes';
import {
  BRIDGE_CODE_SYSTEM,
  EHI_EXPORT_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  REPAIRED_CODE,
  SOURCE_META_EXTENSION,
} from '../../contract/identifiers.ts';
import { type SourceKey, sourceRoot } from '../../contract/source-key.ts';
import { metaSource } from '../meta-source.ts';
import { MAX_TEXT_LENGTH } from '../repair/keep-source.ts';
import { isObject, type Json, type JsonObject } from '../walk-references.ts';
import { sameContent } from './content-hash.ts';

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

/** Part of our extension: one profile that the source claims and the server found unmet. */
const PARKED_PROFILE = 'profile';

/** Tag of a resource that does not stand as its source wrote it; the ledger says what was changed. */
const REPAIRED: JsonObject = { system: BRIDGE_CODE_SYSTEM, code: REPAIRED_CODE };

/** What is written about a resource beside what its source says. */
export interface Writing {
  /** Of what the source says (docs/decisions/0002-symbolic-hash.md). */
  readonly sha256: string;
  /** Digest of its line, when the line alone decides how it is stored. */
  readonly line?: string | undefined;
  /** When the export was retrieved. */
  readonly retrieved?: Date | undefined;
  /** `Patient/<id>` whose compartment takes it in though it does not name the Patient. */
  readonly account?: string | undefined;
  readonly isRepaired?: boolean;
  /** The profiles move into our extension: the server would hold the resource to them. */
  readonly parksProfile?: boolean | undefined;
  /** `meta` of the version that is replaced: tags that were put on here stay. */
  readonly replaced?: Meta | undefined;
  /** Elements as the source has them, where a local value stands (docs/decisions/0005-merge.md). */
  readonly overridden?: Overridden | undefined;
}

/** Top-level properties in symbolic form; null for one that the source does not have. */
export type Overridden = Readonly<Record<string, Json>>;

/**
 * `meta` of a loaded resource: the source's own profile, security, tags and extensions, our `source` and tags, and one
 * extension with what the server would overwrite and what the next sync needs to know. `accounts` puts a resource that
 * does not name the patient into the patient's compartment.
 */
export function shapeMeta(own: Json | undefined, key: SourceKey, origin: Origin, writing: Writing): JsonObject {
  const { source, versionId, lastUpdated, tag, extension, profile, ...kept } = isObject(own) ? own : {};
  const { sha256, line, retrieved, account, isRepaired, parksProfile, replaced, overridden } = writing;
  const ours = metaSource(origin.namespace, key);
  const parts = {
    sha256,
    line,
    source,
    versionId,
    lastUpdated,
    id: ours.includes('/sha256:') ? key.id : undefined,
    retrieved: retrieved?.toISOString(),
    overridden: overridden && JSON.stringify(overridden),
  };
  const tags = list(tag).filter((one) => !isBridgeMark(one));
  return {
    ...withoutServerOwned(kept),
    ...(profile === undefined || parksProfile ? {} : { profile }),
    source: ours,
    tag: [
      ...tags,
      ...localTags(replaced, tags),
      ...(originTags(origin) as JsonObject[]),
      ...(isRepaired ? [REPAIRED] : []),
    ],
    extension: [
      ...list(extension).filter((one) => !isBridgeMark(one)),
      { url: SOURCE_META_EXTENSION, extension: [...textExtensions(parts), ...(parksProfile ? parked(profile) : [])] },
    ],
    ...(account ? { accounts: [{ reference: account }] } : {}),
  };
}

/** A tag that the source took back cannot be told from one that was put on here: both stay. */
function localTags(replaced: Meta | undefined, tags: readonly Json[]): JsonObject[] {
  const stored = (replaced?.tag ?? []) as JsonObject[];
  return stored.filter((one) => !isBridgeMark(one) && !tags.some((tag) => sameContent(tag, one)));
}

/** What the source says in `meta` and a change of which is a change of the resource. */
export function hashedMeta(own: Json | undefined): JsonObject {
  const { profile, security } = isObject(own) ? own : {};
  return { profile, security };
}

function parked(profile: Json | undefined): JsonObject[] {
  return list(profile).flatMap((url) => textExtensions({ [PARKED_PROFILE]: url }));
}

/** The profiles that stand in our extension of a stored resource. */
export function parkedProfiles(meta: Meta | undefined): string[] {
  const ours = meta?.extension?.find(({ url }) => url === SOURCE_META_EXTENSION)?.extension ?? [];
  return ours.flatMap(({ url, valueString }) => (url === PARKED_PROFILE && valueString ? [valueString] : []));
}

/** `meta` of a stored resource with its parked profiles back in their place. */
export function withParkedProfile(meta: Meta | undefined): Meta | undefined {
  const profiles = parkedProfiles(meta);
  return profiles.length > 0 ? { ...meta, profile: [...profiles, ...(meta?.profile ?? [])] } : meta;
}

/** The hash that the stored resource was written with, undefined when it carries none. */
export function storedHash(meta: Meta | undefined): string | undefined {
  return writtenPart(meta, 'sha256');
}

/** The digest of the line that the stored resource was made from, undefined when it was made from more than that. */
export function storedLine(meta: Meta | undefined): string | undefined {
  return writtenPart(meta, 'line');
}

/** The elements of a stored resource in which a local value stands, as the source has them; undefined when in none. */
export function overriddenOf(meta: Meta | undefined): Overridden | undefined {
  const text = writtenPart(meta, 'overridden');
  try {
    const parsed: Json = JSON.parse(text ?? 'null');
    return isObject(parsed) ? (parsed as Overridden) : undefined;
  } catch {
    return undefined;
  }
}

/** When the source said what is stored, and when the export that brought it was retrieved: as it stands in `meta`. */
export function storedAge(meta: Meta | undefined): Age {
  return { lastUpdated: writtenPart(meta, 'lastUpdated'), retrieved: writtenPart(meta, 'retrieved') };
}

/** Instants as text; what is not there or cannot be read says nothing. */
export interface Age {
  readonly lastUpdated: string | undefined;
  readonly retrieved: string | undefined;
}

/**
 * True when `one` is older than `other`: by the source's own `lastUpdated`, and where that does not decide by when the
 * exports were retrieved.
 */
export function isOlder(one: Age, other: Age): boolean {
  const said = instant(one.lastUpdated) - instant(other.lastUpdated);
  // NaN, when one of them says nothing, is neither; nor is the same instant.
  if (said < 0 || said > 0) return said < 0;
  return instant(one.retrieved) < instant(other.retrieved);
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

function instant(text: string | undefined): number {
  return Date.parse(text ?? '');
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

/** What the source says need not be a string as FHIR has them; the server would refuse the resource for it. */
function textExtensions(parts: Record<string, Json | undefined>): JsonObject[] {
  return Object.entries(parts).flatMap(([url, value]) => {
    const text = typeof value === 'string' ? value.replace(NO_TEXT, '') : '';
    return text.trim() === '' || text.length > MAX_TEXT_LENGTH ? [] : [{ url, valueString: text }];
  });
}

const NO_TEXT = /[^\r\n\t\u0020-\uFFFF]/g;

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
