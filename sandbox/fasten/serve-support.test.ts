import { afterAll, beforeAll, expect, test } from 'vitest';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from './start-fasten.ts';
import { TEFCA_PATIENTS } from './tefca-patients.ts';
import { callFasten } from './try-fasten.ts';

let webhook: WebhookReceiver;
let fasten: SandboxFasten;
beforeAll(async () => {
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  fasten = await startFasten({ webhookUrl: webhook.url, exportDelayMs: 10 });
});
afterAll(async () => {
  await fasten.close();
  await webhook.close();
});

const post = (path: string, body: object, isSigned = false) =>
  callFasten(`${fasten.baseUrl}${path}?public_id=${SANDBOX_KEYS.publicId}`, { body, isSigned });

test('a question to support and a wish for a health system are told by webhook', async () => {
  const question = { email: 'a@example.test', name: 'A', subject: 'Help', body: 'It hangs' };
  expect((await post('/support/request', question)).status).toBe(200);
  expect(await webhook.waitFor('patient.request_support')).toMatchObject({
    isGenuine: true,
    data: { email: 'a@example.test', name: 'A', body: 'It hangs' },
  });
  const wish = { email: 'a@example.test', name: 'Far Away Clinic', website: 'https://far.example.org' };
  expect((await post('/support/healthsystem', wish)).status).toBe(200);
  expect((await webhook.waitFor('patient.request_health_system')).data).toEqual(wish);
  expect((await post('/support/request', { email: 'nobody' })).status).toBe(400);
  expect((await post('/support/healthsystem', {})).status).toBe(400);
});

test('a synthetic TEFCA patient is taken back to the beginning, with test keys only', async () => {
  const [{ email } = { email: '' }] = TEFCA_PATIENTS;
  const spec = { persona: { id: 'tefca-ccda' }, vaultEmail: email } as const;
  const { orgConnectionId } = await fasten.createConnection(spec);
  expect((await post('/bridge/vault_connection/revoke', { email })).status).toBe(401);
  const { answer } = await post('/bridge/vault_connection/revoke', { email }, true);
  expect(answer).toEqual({ success: true, data: { request_id: expect.any(String), revoked: [orgConnectionId] } });
  expect(fasten.connections().at(-1)?.status).toBe('revoked');
  expect((await post('/bridge/vault_connection/revoke', { email: 'real@example.test' }, true)).status).toBe(400);

  const live = await startFasten({ publicId: 'public_live_sandbox', privateKey: SANDBOX_KEYS.privateKey });
  const authorization = `Basic ${btoa(`public_live_sandbox:${SANDBOX_KEYS.privateKey}`)}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify({ email }) };
  expect((await fetch(`${live.baseUrl}/bridge/vault_connection/revoke`, init)).status).toBe(403);
  await live.close();
});

test('a fixture stands for the record of a TEFCA connection, and of no other', async () => {
  const { orgConnectionId } = await fasten.createConnection({ persona: { id: 'tefca-ccda' } });
  const ask = (org_connection_id: string, tefca_ccda: string) =>
    post('/bridge/fhir/ehi-export', { org_connection_id, fixtures: { tefca_ccda } }, true);
  expect((await ask(orgConnectionId, 'nobody.xml')).status).toBe(400);
  const { orgConnectionId: portal } = await fasten.createConnection({ persona: { id: 'small' } });
  expect((await ask(portal, 'myra-jones.xml')).status).toBe(400);
  expect((await ask(orgConnectionId, 'myra-jones.xml')).status).toBe(200);
  const { data } = await webhook.waitFor('patient.ehi_export_success');
  expect(data.stats).toMatchObject({ total_by_resource_type: { Composition: 1, Patient: 1 } });
  const { location } = await callFasten(`${data.download_link}`);
  expect(await (await fetch(location)).text()).toContain('"family":"Jones","given":["Myra"]');
});

test('the widget reads a connection with the public id alone, and TEFCA mode has to be allowed', async () => {
  const [connection] = fasten.connections();
  const path = `${fasten.baseUrl}/bridge/org_connection/${connection?.orgConnectionId}`;
  expect((await callFasten(`${path}?public_id=${SANDBOX_KEYS.publicId}`, { isSigned: false })).status).toBe(200);
  expect((await callFasten(path, { isSigned: false })).status).toBe(401);
  const flagsOf = async ({ baseUrl }: SandboxFasten) =>
    (await callFasten(`${baseUrl}/bridge/org?public_id=${SANDBOX_KEYS.publicId}`)).answer.data.feature_flags;
  expect(await flagsOf(fasten)).toEqual(['test.tefca.enable']);
  const without = await startFasten({ tefca: false });
  expect(await flagsOf(without)).toEqual([]);
  await without.close();
});
