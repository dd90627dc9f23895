import { afterAll, beforeAll, expect, test } from 'vitest';
import { PORTALS } from './portals.ts';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from './start-fasten.ts';
import { callFasten } from './try-fasten.ts';

let fasten: SandboxFasten;
beforeAll(async () => {
  fasten = await startFasten();
});
afterAll(() => fasten.close());

const BACK = 'https://app.example.org/landing?step=2';
const [{ portalId, brandId, endpointId } = { portalId: '', brandId: '', endpointId: '' }] = PORTALS;
const place = { portal_id: portalId, brand_id: brandId, endpoint_id: endpointId };

function go(path: string, query: Record<string, string>) {
  const all = new URLSearchParams({ public_id: SANDBOX_KEYS.publicId, redirect_uri: BACK, ...query });
  return callFasten(`${fasten.baseUrl}/bridge/${path}?${all}`, { isSigned: false });
}

test('connecting without the widget leads to the sign-in, which knows the way back and both names', async () => {
  const { status, location } = await go('connect', { ...place, external_id: 'key-1', external_state: 'try-1' });
  expect(status).toBe(302);
  const url = new URL(location, fasten.baseUrl);
  expect(url.pathname).toBe('/stitch/portal');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    portal: portalId,
    external_id: 'key-1',
    external_state: 'try-1',
    redirect_uri: BACK,
  });
});

test('what cannot be connected goes back with an error, and without a way back nothing goes anywhere', async () => {
  const { status, location } = await go('connect', { ...place, brand_id: 'merged' });
  expect(status).toBe(302);
  const back = new URL(location);
  expect(back.origin + back.pathname).toBe('https://app.example.org/landing');
  expect(back.searchParams.get('step')).toBe('2');
  expect(back.searchParams.get('error')).toBe('invalid_request');
  expect(back.searchParams.get('error_description')).toBeTruthy();
  expect((await go('connect', { ...place, redirect_uri: 'javascript:alert(1)' })).status).toBe(400);
  expect((await go('connect', { ...place, redirect_uri: '' })).status).toBe(400);
  expect((await go('connect', { ...place, public_id: 'public_test_other' })).status).toBe(404);
});

test('reconnecting names the connection, and not one of TEFCA’s', async () => {
  const persona = { id: 'small' } as const;
  const { orgConnectionId } = await fasten.createConnection({ persona });
  const { location } = await go('reconnect', { reconnect_org_connection_id: orgConnectionId });
  expect(new URL(location, fasten.baseUrl).searchParams.get('reconnect')).toBe(orgConnectionId);
  const tefca = await fasten.createConnection({ persona, tefcaDirectoryId: 'urn:oid:1.2.3' });
  for (const id of [tefca.orgConnectionId, 'unknown']) {
    const refused = await go('reconnect', { reconnect_org_connection_id: id });
    expect(new URL(refused.location).searchParams.get('error')).toBe('invalid_request');
  }
});
