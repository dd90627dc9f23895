import type { Resource } from '@medplum/fhirtypes';

export type ResourceType = Resource['resourceType'];

/** How one kind of source tells a story: its ids, its references, what it keeps to itself and what it adds. */
export interface Dialect {
  /** The id that it gives the resource of a neutral key. */
  id(type: ResourceType, key: string): string;
  /** How it writes a reference to a resource of this id. */
  reference(type: ResourceType, id: string): string;
  /** How an attachment names the Binary of this id. */
  attachment(id: string): string;
  /** False for what it names and does not send: references to it dangle. */
  sends(resource: Resource): boolean;
  /** What becomes of one resource, ids and references still neutral. `find` looks up another of the story. */
  shape(resource: Resource, find: (type: ResourceType, key: string) => Resource | undefined): Resource[];
}

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };

/**
 * Tells a story in a source's dialect.
 *
 * @param resources - With neutral ids and references, see tell-story.ts; their order is kept.
 * @returns JSON texts without line ends, one resource each.
 */
export function dress(resources: readonly Resource[], dialect: Dialect): string[] {
  const byName = new Map(resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]));
  const find = (type: ResourceType, key: string) => byName.get(`${type}/${key}`);
  return resources
    .filter((resource) => dialect.sends(resource))
    .flatMap((resource) => dialect.shape(resource, find))
    .map((resource) => toLine(rename(resource, dialect)));
}

function rename(resource: Resource, dialect: Dialect): Resource {
  const { resourceType, id = '', meta } = resource;
  const renamed = renameWithin(resource as unknown as Json, dialect) as unknown as Resource;
  // What Fasten made of a document that the source answered raw is called by the address, in base64.
  const isSynthesised = resourceType === 'Binary' && meta?.source !== undefined;
  return { ...renamed, id: isSynthesised ? btoa(meta.source ?? '') : dialect.id(resourceType, id) };
}

function renameWithin(value: Json, dialect: Dialect): Json {
  if (Array.isArray(value)) return value.map((item: Json) => renameWithin(item, dialect));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, child]) => [name, renameChild(name, child, dialect)]);
  return Object.fromEntries(entries);
}

function renameChild(name: string, child: Json, dialect: Dialect): Json {
  const [, type, key] = typeof child === 'string' ? (/^([A-Z][A-Za-z]+)\/([\w-]+)$/.exec(child) ?? []) : [];
  if (type === undefined || key === undefined) return renameWithin(child, dialect);
  const id = dialect.id(type as ResourceType, key);
  if (name === 'reference') return dialect.reference(type as ResourceType, id);
  return name === 'url' ? dialect.attachment(id) : child;
}

/** Some lines have their type behind everything else: a Binary always, behind its data. */
function toLine({ resourceType, ...rest }: Resource): string {
  return JSON.stringify(resourceType === 'Binary' ? { ...rest, resourceType } : { resourceType, ...rest });
}
