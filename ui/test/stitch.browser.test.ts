import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Browser, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PORTALS, TEFCA_SITES } from '../../sandbox/fasten/portals.ts';
import { receiveWebhooks, type WebhookReceiver } from '../../sandbox/fasten/receive-webhooks.ts';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from '../../sandbox/fasten/start-fasten.ts';
import { TEFCA_PATIENTS } from '../../sandbox/fasten/tefca-patients.ts';
import { clickToClose } from './click-to-close.ts';
import { startBrowser } from './start-browser.ts';

/**
 * The stand-in for Stitch by itself, in a page of another origin that only listens. What the bridge's page makes of it:
 * connections.browser.test.ts.
 */
interface Heard {
  readonly api_mode: string;
  readonly event_type: string;
  readonly data?: unknown;
}

const [HOSPITAL, CLINIC] = PORTALS;
const NAMES = { external_id: 'key-1', external_state: 'try-1' };
const TWENTY_MINUTES_MS = 20 * 60 * 1000;

let browser: Browser;
let webhook: WebhookReceiver;
let fasten: SandboxFasten;
let host: Server;
let page: Page;
let frame: FrameLocator;

beforeAll(async () => {
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  [browser, fasten] = await Promise.all([startBrowser(), startFasten({ webhookUrl: webhook.url })]);
  host = createServer((_req, res) => {
    const script = `<script type="module" src="${fasten.stitchScriptUrl}"></script>`;
    res.setHeader('content-type', 'text/html').end(`<!doctype html><title>Host</title>${script}<main></main>`);
  });
  await once(host.listen(0, '127.0.0.1'), 'listening');
});

afterAll(async () => {
  host.close();
  await Promise.all([browser.close(), fasten.close(), webhook.close()]);
});

beforeEach(async () => {
  page = await browser.newPage();
  frame = page.frameLocator('iframe');
  const address = host.address();
  await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
});

afterEach(() => page.close());

/** Puts the element into the page, with the names of an attempt and what else it is given, and opens it. */
async function open(attributes: Readonly<Record<string, string>> = {}): Promise<void> {
  const all: Record<string, string> = {
    'public-id': SANDBOX_KEYS.publicId,
    'external-id': NAMES.external_id,
    'external-state': NAMES.external_state,
    'static-backdrop': 'true',
    ...attributes,
  };
  await page.evaluate(async (entries) => {
    const element = document.createElement('fasten-stitch-element');
    for (const [name, value] of Object.entries(entries)) element.setAttribute(name, value);
    const heard: string[] = [];
    Object.assign(window, { heard });
    element.addEventListener('eventBus', (event) => {
      if (event instanceof CustomEvent) heard.push(event.detail.data);
    });
    document.querySelector('main')?.append(element);
    await customElements.whenDefined('fasten-stitch-element');
  }, all);
  await page.getByRole('button', { name: all['button-label'] ?? 'Connect' }).click();
}

async function heard(): Promise<Heard[]> {
  const texts = await page.evaluate(() => Reflect.get(window, 'heard') as string[]);
  return texts.map((text) => JSON.parse(text) as Heard);
}

const typesHeard = async () => (await heard()).map(({ event_type }) => event_type);

async function lastHeard(type: string): Promise<Heard | undefined> {
  await expect.poll(typesHeard).toContain(type);
  return (await heard()).findLast(({ event_type }) => event_type === type);
}

async function signIn(button: string, act = 'Sign in and allow'): Promise<void> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), frame.getByRole('button', { name: button }).click()]);
  await popup.getByLabel('Resources').fill('20');
  await clickToClose(popup.getByRole('button', { name: act }));
}

describe('portal mode', () => {
  test('several connections in one session: pending, success, and all of them when it is closed', async () => {
    await open();
    await signIn(HOSPITAL?.name ?? '');
    await frame.getByRole('button', { name: 'Connect another' }).click();
    await signIn(CLINIC?.name ?? '');
    await frame.getByRole('button', { name: 'Close', exact: true }).click();
    await expect
      .poll(typesHeard)
      .toEqual([
        'patient.connection_pending',
        'patient.connection_success',
        'patient.connection_pending',
        'patient.connection_success',
        'widget.complete',
        'widget.close',
      ]);
    const events = await heard();
    const ids = { brand_id: HOSPITAL?.brandId, portal_id: HOSPITAL?.portalId, endpoint_id: HOSPITAL?.endpointId };
    expect(events[0]).toEqual({
      api_mode: 'test',
      event_type: 'patient.connection_pending',
      data: { public_id: SANDBOX_KEYS.publicId, ...ids, ...NAMES },
    });
    expect(events[1]?.data).toMatchObject({
      ...ids,
      ...NAMES,
      org_connection_id: expect.any(String),
      connection_status: 'authorized',
      platform_type: 'epic',
      request_id: expect.any(String),
    });
    const complete = events[4]?.data as object[];
    expect(complete).toHaveLength(2);
    expect(complete[0]).not.toHaveProperty('external_id');
    expect(events[5]).toEqual({ api_mode: 'test', event_type: 'widget.close' });
    expect(await page.locator('iframe').count()).toBe(0);
  });

  test('a refusal is told with its error, and one can try again', async () => {
    await open();
    await signIn(HOSPITAL?.name ?? '', 'Deny');
    expect((await lastHeard('patient.connection_failed'))?.data).toMatchObject({
      error: 'access_denied',
      error_description: expect.any(String),
      request_id: expect.any(String),
      portal_id: HOSPITAL?.portalId,
      ...NAMES,
    });
    await frame.getByRole('button', { name: 'Try again' }).click();
    await signIn(HOSPITAL?.name ?? '');
    await lastHeard('patient.connection_success');
  });

  test('a sign-in that nobody finishes raises no event, ever', async () => {
    await page.clock.install();
    await open();
    const button = frame.getByRole('button', { name: HOSPITAL?.name ?? '' });
    const [popup] = await Promise.all([page.waitForEvent('popup'), button.click()]);
    await popup.close();
    await page.clock.fastForward(TWENTY_MINUTES_MS);
    await frame.getByRole('heading', { name: 'Nobody came back' }).waitFor();
    expect(await typesHeard()).toEqual(['patient.connection_pending']);
  });

  test('a window that is left says so, and lists nothing', async () => {
    await open({ 'button-label': 'Get my records' });
    await frame.getByRole('button', { name: 'Close this window' }).click();
    await expect.poll(typesHeard).toEqual(['widget.close']);
  });

  test('a search is found as it is typed, told only to who wants to hear, and may end in a wish', async () => {
    await open({ 'event-types': 'search.query', email: 'a@example.test', 'search-query': 'Lake' });
    await frame.getByRole('button', { name: CLINIC?.name ?? '' }).waitFor();
    expect(await frame.getByRole('button', { name: HOSPITAL?.name ?? '' }).count()).toBe(0);
    await frame.getByRole('searchbox').fill('nowhere');
    await expect
      .poll(async () => (await heard()).at(-1)?.data)
      .toMatchObject({
        query: 'nowhere',
        results: { total: 0 },
        filter: { locations: [] },
        external_id: NAMES.external_id,
      });
    await frame.getByRole('button', { name: 'I cannot find mine' }).click();
    await frame.getByLabel('Its name').fill('Far Away Clinic');
    await frame.getByRole('button', { name: 'Ask for it' }).click();
    await frame.getByRole('heading', { name: 'Thank you' }).waitFor();
    const { data } = await webhook.waitFor('patient.request_health_system');
    expect(data).toMatchObject({ name: 'Far Away Clinic', email: 'a@example.test' });
  });

  test('a page that names a source leads straight to it, after a splash when it wants one', async () => {
    await open({ 'brand-id': CLINIC?.brandId ?? '', 'show-splash': 'true' });
    await frame.getByRole('button', { name: 'Get started' }).click();
    await frame.getByRole('heading', { name: CLINIC?.name ?? '' }).waitFor();
    await signIn('Continue');
    expect((await lastHeard('patient.connection_success'))?.data).toMatchObject({ portal_id: CLINIC?.portalId });
  });

  test('a persona’s history can be chosen at the sign-in, under one’s own name', async () => {
    await open();
    const button = frame.getByRole('button', { name: CLINIC?.name ?? '' });
    const [popup] = await Promise.all([page.waitForEvent('popup'), button.click()]);
    await popup.getByLabel('What happened to them').selectOption('cerner-heart');
    await clickToClose(popup.getByRole('button', { name: 'Sign in and allow' }));
    await lastHeard('patient.connection_success');
    expect(fasten.connections().at(-1)?.source).toMatchObject({
      persona: { id: 'cerner-heart', patient: { family: 'Patient' } },
    });
  });

  test('without a static backdrop the page may take the window away, and nothing is told', async () => {
    await open({ 'static-backdrop': 'false' });
    await frame.getByRole('searchbox').waitFor();
    await page.mouse.click(4, 4);
    await expect.poll(() => page.locator('iframe').count()).toBe(0);
    expect(await typesHeard()).toEqual([]);
  });
});

test('an ended connection is reconnected without a search, its id in the first event already', async () => {
  const { orgConnectionId } = await fasten.createConnection({ persona: { id: 'small' } });
  await fasten.revokeConnection(orgConnectionId);
  await open({ 'reconnect-org-connection-id': orgConnectionId });
  await signIn('Continue');
  expect((await heard())[0]?.data).toMatchObject({ org_connection_id: orgConnectionId });
  expect((await lastHeard('patient.connection_success'))?.data).toMatchObject({
    org_connection_id: orgConnectionId,
    connection_status: 'authorized',
  });
});

test.each(['public_test', 'public_test_unknown'])('the public id %s is refused without a reason', async (publicId) => {
  await open({ 'public-id': publicId });
  expect(await lastHeard('widget.config_error')).toEqual({ api_mode: 'test', event_type: 'widget.config_error' });
});

describe('TEFCA mode', () => {
  test('one proof of identity finds many sites; those that were not ticked are listed without an id', async () => {
    const [{ email, family } = { email: '', family: '' }] = TEFCA_PATIENTS;
    await open({ 'tefca-mode': 'true', email });
    await frame.getByRole('button', { name: 'Continue with CLEAR' }).click();
    await frame.getByRole('heading', { name: 'We found your records' }).waitFor();
    await frame.getByLabel(TEFCA_SITES[1]?.name ?? '').uncheck();
    await frame.getByRole('button', { name: 'Continue' }).click();
    expect((await lastHeard('patient.connection_success'))?.data).toMatchObject({
      tefca_directory_id: TEFCA_SITES[0]?.tefcaDirectoryId,
      scope: 'patient/*.read',
      patient_auth_type: 'tefca_direct',
      ...NAMES,
    });
    expect(fasten.connections().at(-1)).not.toHaveProperty('portalId');
    expect(fasten.connections().at(-1)).toMatchObject({
      vaultEmail: email,
      source: { persona: { patient: { family } } },
    });
    await frame.getByRole('button', { name: 'Close', exact: true }).click();
    expect((await lastHeard('widget.complete'))?.data).toEqual([
      expect.objectContaining({ org_connection_id: expect.stringMatching(/./), connection_status: 'authorized' }),
      expect.objectContaining({ org_connection_id: '', connection_status: 'connected' }),
    ]);
  });

  test('a connection of TEFCA’s is reconnected by a new proof, not at a portal', async () => {
    const { orgConnectionId } = await fasten.createConnection({ persona: { id: 'tefca-ccda' } });
    await fasten.revokeConnection(orgConnectionId);
    await open({ 'reconnect-org-connection-id': orgConnectionId });
    await frame.getByRole('button', { name: 'Continue with CLEAR' }).click();
    expect((await lastHeard('patient.connection_success'))?.data).toMatchObject({ org_connection_id: orgConnectionId });
  });
});

test('without the widget the browser goes to the sign-in and comes back with the connection, or with an error', async () => {
  const home = page.url();
  const connect = (query: Record<string, string>) =>
    page.goto(
      `${fasten.baseUrl}/bridge/connect?${new URLSearchParams({
        public_id: SANDBOX_KEYS.publicId,
        portal_id: HOSPITAL?.portalId ?? '',
        brand_id: HOSPITAL?.brandId ?? '',
        endpoint_id: HOSPITAL?.endpointId ?? '',
        redirect_uri: home,
        ...query,
      })}`,
    );
  await connect({ external_id: 'key-2', external_state: 'try-2' });
  await page.getByRole('button', { name: 'Sign in and allow' }).click();
  await page.waitForURL(/org_connection_id=/);
  const back = new URL(page.url());
  const made = fasten.connections().at(-1);
  expect(back.searchParams.get('org_connection_id')).toBe(made?.orgConnectionId);
  expect(back.searchParams.get('endpoint_id')).toBe(HOSPITAL?.endpointId);
  expect(made).toMatchObject({ externalId: 'key-2', externalState: 'try-2' });

  await connect({});
  await page.getByRole('button', { name: 'Deny' }).click();
  await page.waitForURL(/error=access_denied/);
});
