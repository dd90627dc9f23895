import type { MedplumClient } from '@medplum/core';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { findBarriers } from './find-barriers.ts';
import { makeImportTask, makeOutputs } from './import-tasks.ts';
import { keepScreens } from './keep-screens.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import { withProduct } from './with-product.ts';

const stage = withProduct();
const { openAs } = stage;
let clinician: MedplumClient;
let page: Page;

beforeAll(async () => {
  clinician = await stage.product.signIn('clinician@example.com');
});

beforeEach(() => {
  ({ page } = stage);
});

test('a clinician signs in, watches an import end, opens it, and finds the way back with the keyboard', async () => {
  const running = makeImportTask('in-progress', 'loading', {
    for: { reference: 'Patient/1', display: 'Ada Beispiel' },
  });
  const task = await clinician.createResource(running);

  await page.goto(`${stage.product.url}/imports`);
  await page.getByLabel('Email').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await openAs('clinician@example.com', '/imports');
  const row = page.getByRole('listitem').filter({ hasText: 'Ada Beispiel' });
  await row.getByText('Running').waitFor();

  await clinician.updateResource({ ...task, ...makeImportTask('completed', 'loaded', { output: makeOutputs() }) });
  await row.getByText('Done').waitFor();
  await row.getByText('2,700 new').waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await row.getByRole('link').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(`${stage.product.url}/imports/${task.id}`);
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
  expect(stage.faults).toEqual([]);
});

test('a wrong password shows nothing but the form', async () => {
  await page.goto(`${stage.product.url}/imports`);
  await page.getByLabel('Email').fill('clinician@example.com');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByTestId('auth.password').fill('wrong');
  const refused = page.waitForResponse((response) => response.url().endsWith('/auth/login'));
  await page.getByRole('button', { name: 'Sign In' }).click();
  expect((await refused).status()).toBe(400);
  await page.getByText('Sign in with your Medplum account').waitFor();
  expect(await page.getByRole('heading', { name: 'Imports', exact: true }).count()).toBe(0);
});

/** Beside those that are done and held: what an operator tells apart at a glance. */
const OTHERS = [
  ['failed', 'failed', 'Cleo Prueba'],
  ['in-progress', 'loading', 'Dian Contoh'],
] as const;

test('nothing is wider than a small phone, nor hard to read in the dark, on the list and on one import', async () => {
  const task = await clinician.createResource(makeImportTask('completed', 'loaded', { output: makeOutputs() }));
  for (const [status, phase, display] of OTHERS) {
    await clinician.createResource(makeImportTask(status, phase, { for: { reference: 'Patient/2', display } }));
  }
  const { for: _patient, ...held } = makeImportTask('on-hold', 'held');
  await clinician.createResource(held);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openAs('clinician@example.com', '/imports');
  await page.getByRole('link', { name: 'Ada Beispiel' }).first().waitFor();
  expect(await measureOverflowPx(page)).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'imports');

  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${stage.product.url}/imports/${task.id}`);
  await page.locator('.recharts-bar-rectangle').first().waitFor();
  expect(await measureOverflowPx(page)).toBe(0);
  expect(await findBarriers(page)).toEqual([]);
  expect(stage.faults).toEqual([]);
});
