import type { MedplumClient, WithId } from '@medplum/core';
import type { Bundle, Resource } from '@medplum/fhirtypes';

/** As many ids as fit into the address of one search. */
const IDS_A_SEARCH = 40;

/**
 * The answers of several searches in one request, each resource once.
 *
 * @throws Error when the server refuses one of them: what cannot be seen must not look as if it was not there.
 */
export async function searchMany(medplum: MedplumClient, urls: readonly string[]): Promise<WithId<Resource>[]> {
  if (urls.length === 0) return [];
  const entry = urls.map((url) => ({ request: { method: 'GET' as const, url } }));
  const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  const found = new Map<string, WithId<Resource>>();
  for (const { resource, response } of answer.entry ?? []) {
    if (resource?.resourceType !== 'Bundle') throw new Error(`a search was refused with status ${response?.status}`);
    for (const each of (resource as Bundle<WithId<Resource>>).entry ?? []) {
      if (each.resource) found.set(`${each.resource.resourceType}/${each.resource.id}`, each.resource);
    }
  }
  return [...found.values()];
}

/** The address of a search within `type`. */
export function searchUrl(type: string, query: readonly (readonly [string, string])[]): string {
  return `${type}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]))}`;
}

/** Searches that find resources by their references, `Type/<id>` each. */
export function byReference(references: readonly string[]): string[] {
  const byType = new Map<string, string[]>();
  for (const reference of new Set(references)) {
    const [type = '', id = ''] = reference.split('/');
    byType.set(type, [...(byType.get(type) ?? []), id]);
  }
  return [...byType].flatMap(([type, ids]) =>
    chunks(ids).map((some) =>
      searchUrl(type, [
        ['_id', some.join(',')],
        ['_count', `${IDS_A_SEARCH}`],
      ]),
    ),
  );
}

/** Searches for every Linkage that names one of these. */
export function linkagesOf(references: readonly string[]): string[] {
  return chunks(references).map((some) =>
    searchUrl('Linkage', [
      ['item', some.join(',')],
      ['_count', '1000'],
    ]),
  );
}

function chunks(values: readonly string[]): string[][] {
  const count = Math.ceil(values.length / IDS_A_SEARCH);
  return Array.from({ length: count }, (_, at) => values.slice(at * IDS_A_SEARCH, (at + 1) * IDS_A_SEARCH));
}
