import { MedplumClient } from '@medplum/core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { findBarriers } from './find-barriers.ts';
import { makeImportTask, makeOutputs } from './import-tasks.ts';
import { startBrowser } from './start-browser.ts';
import { type Site, startSite } from './start-site.ts';

let medplum: SandboxMedplum;
let bridge: MedplumClient;
let site: Site;
let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  medplum = await startMedplum();
  site = await startSite(medplum.baseUrl);
  browser = await startBrowser();
  bridge = new MedplumClient({ baseUrl: medplum.baseUrl });
  const client = seed.clients[0];
  await bridge.startClientLogin(client?.id ?? '', client?.secret ?? '');
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await medplum?.close();
});

beforeEach(async () => {
  page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
});

afterEach(() => page.context().close());

async function signIn(email: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByTestId('auth.password').fill(seed.users[0]?.password ?? '');
  await page.getByRole('button', { name: 'Sign In' }).click();
}

test('a clinician signs in, watches an import end, opens it, and finds the way back with the keyboard', async () => {
  const running = makeImportTask('in-progress', 'loading', {
    for: { reference: 'Patient/1', display: 'Ada Beispiel' },
  });
  const task = await bridge.createResource(running);

  await page.goto(`${site.url}/imports`);
  await page.getByLabel('Email').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await signIn('clinician@example.com');
  const row = page.getByRole('listitem').filter({ hasText: 'Ada Beispiel' });
  await row.getByText('Running').waitFor();

  await bridge.updateResource({ ...task, ...makeImportTask('completed', 'loaded', { output: makeOutputs() }) });
  await row.getByText('Done').waitFor();
  await row.getByText('2,700 new').waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await row.getByRole('link').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${site.url}/imports/${task.id}`);
  await page.getByRole('heading', { name: 'Ada Beispiel' }).waitFor();
  await page.getByText('Loading the records').waitFor();
  await page.locator('.recharts-bar-rectangle').first().waitFor();
  await page.getByRole('cell', { name: 'The line is not JSON' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await page.getByRole('link', { name: 'All imports' }).focus();
  await page.keyboard.press('Enter');
  await row.waitFor();

  await page.getByRole('button', { name: 'Your account' }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByText('Sign in with your Medplum account').waitFor();
  expect(faults).toEqual([]);
});

test('a wrong password shows nothing but the form', async () => {
  await page.goto(`${site.url}/imports`);
  await page.getByLabel('Email').fill('clinician@example.com');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByTestId('auth.password').fill('wrong');
  const refused = page.waitForResponse((response) => response.url().endsWith('/auth/login'));
  await page.getByRole('button', { name: 'Sign In' }).click();
  expect((await refused).status()).toBe(400);
  await page.getByText('Sign in with your Medplum account').waitFor();
  expect(await page.getByRole('heading', { name: 'Imports', exact: true }).count()).toBe(0);
});

test('nothing is wider than a small phone, nor hard to read in the dark, on the list and on one import', async () => {
  const task = await bridge.createResource(makeImportTask('completed', 'loaded', { output: makeOutputs() }));
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${site.url}/imports`);
  await signIn('clinician@example.com');
  await page.getByRole('link', { name: 'Ada Beispiel' }).first().waitFor();
  expect(await overflowPx()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);

  await page.goto(`${site.url}/imports/${task.id}`);
  await page.locator('.recharts-bar-rectangle').first().waitFor();
  expect(await overflowPx()).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  expect(faults).toEqual([]);
});

/** How many pixels of the page stand outside the window, sideways. */
function overflowPx(): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
