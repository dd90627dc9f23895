import type { Consent } from '@medplum/fhirtypes';
import type { FrameLocator, Page } from 'playwright-core';
import { beforeEach, expect, test } from 'vitest';
import { PORTALS } from '../../sandbox/fasten/portals.ts';
import { seed } from '../../sandbox/seed.ts';
import { clickToClose } from './click-to-close.ts';
import { findBarriers } from './find-barriers.ts';
import { keepScreens } from './keep-screens.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import type { Product } from './start-product.ts';
import { withProduct } from './with-product.ts';

const PATIENT = seed.users.find(({ profile }) => profile.resourceType === 'Patient')?.profile.id ?? '';
const [HOSPITAL = '', CLINIC = ''] = PORTALS.map(({ name }) => name);

const stage = withProduct();
const { openAs } = stage;
let product: Product;
let page: Page;

beforeEach(() => {
  ({ product, page } = stage);
});

/** From the list of connections to the list of health systems in Fasten's window. */
async function openStitch(): Promise<FrameLocator> {
  await page.getByRole('link', { name: 'Connect', exact: true }).click();
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Choose a health system' }).click();
  const frame = page.frameLocator('iframe[title^="Fasten Connect"]');
  await frame.getByRole('heading', { name: 'Find your health system' }).waitFor();
  return frame;
}

async function signInAt(frame: FrameLocator, name: string, act: 'Sign in and allow' | 'Deny'): Promise<void> {
  const [popup] = await Promise.all([page.waitForEvent('popup'), frame.getByRole('button', { name }).click()]);
  await popup.getByLabel('Resources').fill('40');
  await clickToClose(popup.getByRole('button', { name: act }));
}

function card(name: string) {
  return page.getByRole('listitem', { name });
}

test('a patient agrees, connects two health systems, watches the records come in, and has one erased', async () => {
  await openAs('patient@example.com', '/');
  await page.getByText('Nothing is connected').waitFor();
  expect(new URL(page.url()).pathname).toBe(`/connections/${PATIENT}`);
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'connections-empty');

  await page.getByRole('link', { name: 'Connect', exact: true }).click();
  await page.getByRole('heading', { name: 'Collecting my health records' }).waitFor();
  expect(await page.getByRole('button', { name: 'Choose a health system' }).isDisabled()).toBe(true);
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'connect-consent');
  await page.getByRole('link', { name: 'All connections' }).click();

  const frame = await openStitch();
  await keepScreens(page, 'connect-stitch');
  await signInAt(frame, HOSPITAL, 'Sign in and allow');
  await frame.getByRole('heading', { name: 'Connected' }).waitFor();
  await frame.getByRole('button', { name: 'Connect another' }).click();
  await signInAt(frame, CLINIC, 'Sign in and allow');
  await frame.getByText('2 connected so far').waitFor();
  await frame.getByRole('button', { name: 'Close', exact: true }).click();

  await card(HOSPITAL).getByText('The records are here').waitFor();
  await card(CLINIC).getByText('The records are here').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'connections');
  const clinician = await product.signIn('clinician@example.com');
  const consents = await clinician.searchResources('Consent', `patient=Patient/${PATIENT}&status=active`);
  expect(consents.map(agreementOf)).toEqual([
    expect.stringContaining('Collecting my health records'),
    expect.stringContaining('Collecting my health records'),
  ]);

  const record = page.getByRole('link', { name: 'See the records' });
  expect(await record.getAttribute('href')).toBe(`/patients/${PATIENT}`);
  await card(HOSPITAL)
    .getByLabel(/How often/)
    .selectOption('weekly');
  await card(HOSPITAL)
    .getByText(/next look for new records/)
    .waitFor();
  await page.getByRole('button', { name: 'Get new records' }).click();
  await card(HOSPITAL)
    .getByText(/would only repeat it.*From .* on\./)
    .waitFor();

  for (const name of [HOSPITAL, CLINIC]) {
    await card(name).getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('radio', { name: 'Erase them' }).check();
    expect(await page.getByRole('button', { name: 'Disconnect and erase' }).isDisabled()).toBe(true);
    await page.getByRole('checkbox').check();
    if (name === HOSPITAL) {
      expect(await findBarriers(page)).toEqual([]);
      await keepScreens(page, 'disconnect');
    }
    await page.getByRole('button', { name: 'Disconnect and erase' }).click();
  }
  await expect.poll(() => page.getByText('The records are erased').count(), { timeout: 60_000 }).toBe(2);
  await page.getByText('Nothing is connected').waitFor();
  await keepScreens(page, 'connections-erased');
  const left = await clinician.searchResources('Observation', `patient=Patient/${PATIENT}`, { cache: 'reload' });
  expect(left).toHaveLength(0);
  expect(stage.faults).toEqual([]);
});

test('what goes wrong in the window is said in plain words, and one can begin again', async () => {
  await openAs('patient@example.com', '/connections');
  const frame = await openStitch();
  await signInAt(frame, HOSPITAL, 'Deny');
  await page.getByText('You or the health system said no. Nothing was shared.').waitFor();
  await frame.getByRole('button', { name: 'Close this window' }).click();
  await page.getByText('The window was closed before anything was connected').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'connect-closed');

  await page.getByRole('button', { name: 'Begin again' }).click();
  await signInAt(page.frameLocator('iframe[title^="Fasten Connect"]'), CLINIC, 'Sign in and allow');
  await frame.getByRole('button', { name: 'Close', exact: true }).click();
  await card(CLINIC).waitFor();
  expect(stage.faults).toEqual([]);
});

test('a patient who closes the tab after signing in finds the connection all the same', async () => {
  await product.fasten.setWebhook({ connectionEvents: true });
  await openAs('patient@example.com', '/connections');
  const [, , insurer = ''] = PORTALS.map(({ name }) => name);
  const frame = await openStitch();
  await page.route('**/connections/complete', (route) => route.abort());
  await signInAt(frame, insurer, 'Sign in and allow');
  await page.goto(`${product.url}/connections`);
  await card(insurer).waitFor();
  await product.fasten.setWebhook({ connectionEvents: false });
});

test('the landing page of a connection without the window says how it ended, and a script that is blocked is said too', async () => {
  await page.route('**/fasten-stitch-element.js', (route) => route.abort());
  await openAs('patient@example.com', '/?connection=failed');
  await page.getByText('Nothing was connected').waitFor();
  await page.getByRole('link', { name: 'Connect', exact: true }).click();
  await page.getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Choose a health system' }).click();
  await page.getByText('The connection window could not be loaded').waitFor();
});

test('an ended connection is connected again under its own name, with the keyboard, on a small dark phone', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openAs('patient@example.com', '/connections');
  await card(CLINIC).getByRole('button', { name: 'Disconnect' }).click();
  await page.getByRole('radio', { name: 'Keep them' }).check();
  await page.getByRole('button', { name: 'Disconnect', exact: true }).last().click();
  const again = card(CLINIC).getByRole('link', { name: 'Connect again' });
  await again.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox').press('Space');
  expect(await measureOverflowPx(page)).toBe(0);
  await page.getByRole('button', { name: 'Choose a health system' }).press('Enter');
  const frame = page.frameLocator('iframe[title^="Fasten Connect"]');
  await signInAt(frame, 'Continue', 'Sign in and allow');
  await frame.getByRole('button', { name: 'Close', exact: true }).click();
  await card(CLINIC).getByText('Connected', { exact: true }).waitFor();
  expect(await measureOverflowPx(page)).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
});

test('a clinician finds a patient by name and connects on their behalf, and the Consent says who confirmed it', async () => {
  await openAs('clinician@example.com', '/connections');
  await page.getByRole('searchbox').fill('Alex');
  const found = page.getByRole('link', { name: 'Alex Patient' });
  await found.waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await found.click();
  await page.getByText('Where the records of Alex Patient come from').waitFor();
  await keepScreens(page, 'connections-staff');
  await page.getByRole('link', { name: 'Connect', exact: true }).click();
  await page.getByLabel('The patient, or who may decide for them, has read this with me and agrees.').check();
  await page.getByRole('button', { name: 'Choose a health system' }).click();
  const frame = page.frameLocator('iframe[title^="Fasten Connect"]');
  await signInAt(frame, HOSPITAL, 'Sign in and allow');
  await frame.getByRole('button', { name: 'Close', exact: true }).click();
  await card(HOSPITAL).getByText('Connected', { exact: true }).waitFor();
  const clinician = await product.signIn('clinician@example.com');
  const [consent] = await clinician.searchResources('Consent', `patient=Patient/${PATIENT}&_sort=-_lastUpdated`);
  expect(consent?.performer?.[0]?.reference).toBe(`Practitioner/${seed.users[0]?.profile.id}`);
  expect(stage.faults).toEqual([]);
});

/** The words that a Consent was given for. */
function agreementOf({ sourceAttachment }: Consent): string {
  return Buffer.from(sourceAttachment?.data ?? '', 'base64').toString();
}
