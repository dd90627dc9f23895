import { afterAll, beforeAll, expect, test } from 'vitest';
import { PORTALS, TEFCA_SITES } from './portals.ts';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from './start-fasten.ts';
import { callFasten } from './try-fasten.ts';

let fasten: SandboxFasten;
beforeAll(async () => {
  fasten = await startFasten();
});
afterAll(() => fasten.close());

const KEY = `public_id=${SANDBOX_KEYS.publicId}&api_mode=test`;
const [PORTAL] = PORTALS;
const [SITE] = TEFCA_SITES;
const get = (path: string) => callFasten(fasten.baseUrl + path, { isSigned: false });

test('a record is found by the id of its brand, its portal or its directory, with the public id alone', async () => {
  const brand = await get(`/bridge/catalog?${KEY}&brand_id=${PORTAL?.brandId}`);
  expect(brand.answer.data).toEqual({
    id: PORTAL?.brandId,
    last_updated: expect.any(String),
    name: PORTAL?.name,
    brand_website: expect.stringMatching(/^https:/),
    aliases: expect.any(Array),
    description: expect.any(String),
    portal_ids: [PORTAL?.portalId],
    brand_ids: [],
  });
  const portal = await get(`/bridge/catalog?${KEY}&portal_id=${PORTAL?.portalId}`);
  expect(portal.answer.data).toMatchObject({ id: PORTAL?.portalId, endpoint_ids: [PORTAL?.endpointId] });
  const site = await get(`/bridge/catalog?${KEY}&tefca_directory_id=${SITE?.tefcaDirectoryId}`);
  expect(site.answer.data).toMatchObject({ id: SITE?.tefcaDirectoryId, name: SITE?.name });
  expect((await get(`/bridge/catalog?${KEY}&brand_id=merged`)).status).toBe(404);
  expect((await get('/bridge/catalog?public_id=public_test_other&brand_id=x')).status).toBe(404);
});

test('a search answers as Elasticsearch does, page by page', async () => {
  const search = (body: object) =>
    callFasten(`${fasten.baseUrl}/bridge/catalog/search?${KEY}`, { isSigned: false, body });
  const names: string[] = [];
  let searchAfter: unknown;
  for (;;) {
    const { answer } = await search({ query: '', searchAfter });
    const { hits } = answer.data.hits;
    if (hits.length === 0) break;
    names.push(...hits.map((hit: { _source: { name: string } }) => hit._source.name));
    searchAfter = hits.at(-1).sort;
  }
  expect(names).toEqual(PORTALS.map(({ name }) => name));
  const { answer } = await search({ query: 'LAKE' });
  expect(answer.data.hits).toMatchObject({ total: { value: 1 }, hits: [{ _source: { name: 'Lakeside Clinic' } }] });
  expect((await search({})).status).toBe(400);
});

test('the whole catalog comes as files, for those who hold the keys, for an hour', async () => {
  const path = `${fasten.baseUrl}/bridge/catalog/export`;
  expect((await callFasten(path, { isSigned: false })).status).toBe(401);
  const { answer } = await callFasten(path);
  expect(Object.keys(answer)).toEqual(['brands.json', 'portals.json', 'endpoints.json']);
  const file = await callFasten(answer['brands.json'], { isSigned: false });
  expect(file.answer).toHaveLength(PORTALS.length);
  fasten.advanceClock(59 * 60_000);
  expect((await callFasten(answer['portals.json'], { isSigned: false })).status).toBe(200);
  fasten.advanceClock(60_000);
  expect((await callFasten(answer['portals.json'], { isSigned: false })).status).toBe(403);
});
