import type { Reference, Resource } from '@medplum/fhirtypes';
import { standardSystem } from './code-systems.ts';

/** The library's pointer into the narrative of a Composition that is not kept. */
const NARRATIVE_EXTENSION = 'https://medplum.com/fhir/StructureDefinition/ccda-narrative-reference';

type Json = string | number | boolean | Json[] | { [name: string]: Json };

/**
 * What a server takes of a converted resource: no empty values, numbers that are numbers, codes without blanks at their
 * ends, code systems by their standard names. Whoever it refers to becomes a logical reference, by identifier and name: every
 * document brings its practitioners anew, and the record has them already.
 */
export function cleanResource<T extends Resource>(resource: T, others: readonly Resource[]): T {
  const people = new Map(others.map((other) => [`${other.resourceType}/${other.id}`, other]));
  const { id: _, meta: __, ...rest } = resource;
  const cleaned = clean(rest as unknown as Json, (reference) => logicalReference(reference, people), false);
  return cleaned as unknown as T;
}

type Resolve = (reference: string) => Reference | undefined;

function clean(value: Json, resolve: Resolve, isElement: boolean): Json | undefined {
  if (typeof value === 'string') return value.replace(/\s+/g, ' ').trim() || undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (Array.isArray(value)) {
    const items = value.flatMap((item) => clean(item, resolve, true) ?? []);
    return items.length > 0 ? items : undefined;
  }
  if (value.url === NARRATIVE_EXTENSION) return undefined;
  if (typeof value.reference === 'string') return resolve(value.reference) as Json | undefined;
  return cleanObject(value, resolve, isElement);
}

function cleanObject(value: { [name: string]: Json }, resolve: Resolve, isElement: boolean): Json | undefined {
  const entries = Object.entries(value).flatMap(([name, below]) => {
    // The library gives elements ids that are new each time.
    if (name === 'id' && isElement) return [];
    const cleaned = clean(below, resolve, true);
    if (cleaned === undefined) return [];
    return [[name, name === 'system' && typeof cleaned === 'string' ? standardSystem(cleaned) : cleaned] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function logicalReference(reference: string, people: ReadonlyMap<string, Resource>): Reference | undefined {
  const found = people.get(reference);
  if (found?.resourceType === 'PractitionerRole') {
    return logicalReference(found.practitioner?.reference ?? '', people);
  }
  if (found?.resourceType !== 'Practitioner' && found?.resourceType !== 'Organization') return undefined;
  const identifier = found.identifier?.find(({ value }) => value);
  const name = found.resourceType === 'Organization' ? found.name : nameOf(found.name?.[0]);
  if (!identifier?.value && !name) return undefined;
  return {
    type: found.resourceType,
    ...(identifier?.value && {
      identifier: { ...(identifier.system && { system: identifier.system }), value: identifier.value },
    }),
    ...(typeof name === 'string' && name !== '' && { display: name }),
  };
}

function nameOf(name: { given?: string[]; family?: string } | undefined): string {
  return [...(name?.given ?? []), name?.family].filter((part) => typeof part === 'string').join(' ');
}
