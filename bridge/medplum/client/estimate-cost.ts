/** Medplum's prices in quota units (server rate limiting docs). */
export const UNITS = { read: 1, history: 10, search: 20, write: 100 } as const;

/** As JSON.stringify writes an entry's request; the same text inside a record makes the estimate only dearer. */
const REQUEST = /"request":\{"method":"([A-Z]+)","url":"([^"]*)"(,"ifNoneExist")?/g;

/** Quota units that a request to Medplum will cost, as far as can be told from what it asks for. Signing in costs none. */
export function estimateCost(url: string, init: RequestInit | undefined): number {
  const path = url.slice(url.indexOf('/fhir/R4') + '/fhir/R4'.length);
  if (!url.includes('/fhir/R4')) return 0;
  const { method = 'GET', body, headers } = init ?? {};
  const isBundle = method === 'POST' && /^\/?$/.test(path);
  if (!isBundle || typeof body !== 'string') return costOf(method, path, new Headers(headers).has('if-none-exist'));
  return [...body.matchAll(REQUEST)].reduce(
    (sum, [, each = '', target = '', condition]) => sum + costOf(each, target, condition !== undefined),
    0,
  );
}

/** A condition is searched for twice: before the entry runs and by it. Expunging is charged to nobody. */
function costOf(method: string, path: string, isConditional: boolean): number {
  if (path.endsWith('/$expunge')) return 0;
  if (path.includes('/_history')) return UNITS.history;
  if (path.includes('_search') || (method === 'GET' && path.includes('?'))) return UNITS.search;
  if (method === 'GET') return UNITS.read;
  return UNITS.write + (isConditional ? 2 * UNITS.search : 0);
}
