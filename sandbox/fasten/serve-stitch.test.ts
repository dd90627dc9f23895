import { afterAll, beforeAll, expect, test } from 'vitest';
import { PORTALS } from './portals.ts';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from './start-fasten.ts';

let fasten: SandboxFasten;
let origin: string;

beforeAll(async () => {
  fasten = await startFasten();
  origin = new URL(fasten.baseUrl).origin;
});

afterAll(() => fasten.close());

const ALEX = { given: 'Alex', family: 'Patient', birthDate: '1980-01-01', gender: 'other' };
const [PORTAL] = PORTALS;

async function signIn(body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${origin}/stitch/connections`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('the script is a module that a page of another origin may load, its stylesheet beside it', async () => {
  const script = await fetch(fasten.stitchScriptUrl);
  expect(script.headers.get('access-control-allow-origin')).toBe('*');
  expect(script.headers.get('content-type')).toContain('javascript');
  expect((await fetch(fasten.stitchScriptUrl.replace('.js', '.css'))).status).toBe(200);
});

test('a sign-in tells everything that Stitch tells of a connection, and a reconnect keeps its id', async () => {
  const names = { external_id: 'attempt-1', external_state: 'state-1' };
  const made = await signIn({ portal_id: PORTAL?.portalId, patient: ALEX, ...names });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ ...names, connection_status: 'authorized', platform_type: 'epic' });

  const id = `${made.body.org_connection_id}`;
  await fasten.revokeConnection(id);
  const again = await signIn({ reconnect: id, patient: ALEX, external_state: 'state-2' });
  expect(again.body).toMatchObject({
    org_connection_id: id,
    connection_status: 'authorized',
    external_state: 'state-2',
  });
  expect((await signIn({ portal_id: 'nowhere', patient: ALEX })).status).toBe(404);
});

test('the catalog names a health system of the widget, and no other', async () => {
  const ask = (brand: string) =>
    fetch(`${fasten.baseUrl}/bridge/catalog?public_id=${SANDBOX_KEYS.publicId}&brand_id=${brand}`);
  const known = await ask(PORTAL?.brandId ?? '');
  expect(await known.json()).toMatchObject({ data: { name: PORTAL?.name } });
  expect((await ask('unknown')).status).toBe(404);
});
