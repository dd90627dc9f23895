import { PORTALS, type Portal, TEFCA_SITES, type TefcaSite } from './portals.ts';

/** When the stand-in's catalog was last changed; it never is. */
const LAST_UPDATED = '2026-08-01T00:00:00Z';

/** A CatalogBrand: the health system, with the ids of its portals and of brands that were merged into it. */
export function brandRecord({ brandId, name, portalId }: Portal) {
  return {
    id: brandId,
    last_updated: LAST_UPDATED,
    name,
    brand_website: websiteOf(name),
    aliases: [name.split(' ')[0] ?? name],
    description: '',
    portal_ids: [portalId],
    brand_ids: [],
  };
}

/** A CatalogPortal: where its patients sign in. */
export function portalRecord({ portalId, name, endpointId }: Portal) {
  return {
    id: portalId,
    last_updated: LAST_UPDATED,
    name,
    portal_website: websiteOf(name),
    description: '',
    endpoint_ids: [endpointId],
  };
}

/** What TEFCA's directory says of a site: a name and little else. */
export function directoryRecord({ tefcaDirectoryId, name }: TefcaSite) {
  return { id: tefcaDirectoryId, last_updated: LAST_UPDATED, name, description: '' };
}

/** The files of `GET /bridge/catalog/export`, by the names that its answer has. */
export const CATALOG_FILES: Readonly<Record<string, readonly object[]>> = {
  'brands.json': PORTALS.map(brandRecord),
  'portals.json': PORTALS.map(portalRecord),
  'endpoints.json': PORTALS.map(({ endpointId, platformType }) => ({ id: endpointId, platform_type: platformType })),
};

export interface CatalogQuery {
  readonly brand_id?: unknown;
  readonly portal_id?: unknown;
  readonly tefca_directory_id?: unknown;
}

/** One record by any of its ids; undefined for ids that were merged, dropped or never were. */
export function findInCatalog({ brand_id, portal_id, tefca_directory_id }: CatalogQuery): object | undefined {
  const byBrand = PORTALS.find(({ brandId }) => brandId === brand_id);
  const byPortal = PORTALS.find(({ portalId }) => portalId === portal_id);
  const bySite = TEFCA_SITES.find(({ tefcaDirectoryId }) => tefcaDirectoryId === tefca_directory_id);
  if (byBrand) return brandRecord(byBrand);
  return byPortal ? portalRecord(byPortal) : bySite && directoryRecord(bySite);
}

/** Hits a page of a search holds. */
const PAGE_SIZE = 2;

/**
 * A page of brands whose name holds the text, as Elasticsearch answers: each hit has a `sort`, and the last one's is the next
 * page's `searchAfter`, numbers and strings mixed, to be echoed as it is.
 */
export function searchCatalog(query: string, searchAfter: readonly unknown[] | undefined) {
  const found = PORTALS.filter(({ name }) => name.toLowerCase().includes(query.trim().toLowerCase()));
  const at = searchAfter ? found.findIndex(({ brandId }) => brandId === searchAfter[1]) + 1 : 0;
  const hits = found.slice(at, at + PAGE_SIZE).map((portal) => ({
    _id: portal.brandId,
    _source: { ...brandRecord(portal), portals: [portalRecord(portal)], platform_type: portal.platformType },
    sort: [1, portal.brandId],
  }));
  return { hits: { total: { value: found.length, relation: 'eq' }, hits } };
}

function websiteOf(name: string): string {
  return `https://${name
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-')
    .replaceAll(/^-|-$/g, '')}.example.org`;
}
