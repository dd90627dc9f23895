import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../bridge/test/start-world.ts';
import { findBarriers } from './find-barriers.ts';
import { makeImportTask } from './import-tasks.ts';
import { keepScreens } from './keep-screens.ts';
import { measureLoads } from './measure-loads.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import type { Product } from './start-product.ts';
import { walkPage } from './walk-page.ts';
import { withProduct } from './with-product.ts';

const KIM = { given: 'Kim', family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;

const stage = withProduct();
const { openAs } = stage;
let product: Product;
let clinician: MedplumClient;
let kim: WithId<Patient>;
let page: Page;

beforeAll(async () => {
  ({ product } = stage);
  clinician = await product.signIn('clinician@example.com');
  kim = await addPatient();
  await importRecord(kim);
});

beforeEach(() => {
  ({ page } = stage);
});

/** A chart, and somebody who can sign in to it. */
async function addPatient(): Promise<WithId<Patient>> {
  const { given, family, ...rest } = KIM;
  const name = [{ given: [given], family }];
  const patient = await clinician.createResource<Patient>({ resourceType: 'Patient', name, ...rest });
  await product.signInAs(patient);
  return patient;
}

async function importRecord(patient: WithId<Patient>): Promise<void> {
  const persona = { seed: 77, resources: 400, documentBytes: 700, patient: KIM };
  const { orgConnectionId } = await product.fasten.createConnection({ persona });
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  await product.call(clinician, 'POST', '/connections/complete', body);
  await eventually(async () => {
    const tasks = await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' });
    return tasks.find(({ status }) => status === 'completed');
  });
}

test('a clinician finds a patient, reads the summary, opens a document and the line that it came in', async () => {
  await openAs('clinician@example.com', '/patients');
  await page.getByRole('searchbox').fill('Example');
  const row = page.getByRole('listitem').filter({ hasText: 'Kim Example' });
  await row.getByText('Northfield General Hospital').waitFor();
  await row.getByText(/Last import .* Done/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'patients');

  await row.getByRole('link').focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Kim Example' }).waitFor();
  await page.getByRole('region', { name: 'Latest labs' }).getByRole('button').first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-summary');

  await page.getByRole('link', { name: 'Documents', exact: true }).click();
  const documents = page.getByRole('list', { name: 'Documents' });
  await documents.getByRole('listitem').first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-documents');

  // The first of a generated record is a C-CDA.
  await documents.getByRole('button', { name: 'Progress note' }).last().click();
  const drawer = page.getByRole('dialog');
  const shown = drawer.getByRole('region', { name: 'Document' });
  await shown.getByRole('heading', { name: 'Summary' }).waitFor();
  await shown.getByText(/^Kim Example · /).waitFor();
  await drawer
    .getByText(/^Line [\d,]+ of the export: new/)
    .first()
    .waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-document');

  await drawer
    .getByRole('button', { name: /^Show line .* as it came$/ })
    .first()
    .click();
  const line = page.getByRole('dialog', { name: /^Line [\d,]+ as it came/ });
  await line.getByText(/"resourceType": "/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await line.waitFor({ state: 'hidden' });
  expect(stage.faults).toEqual([]);
});

test("the list of patients is found as it was left, by the browser's way back too, and no address tells a name", async () => {
  await openAs('clinician@example.com', '/patients');
  await page.getByRole('searchbox').fill('Example');
  const row = page.getByRole('listitem').filter({ hasText: 'Kim Example' });
  await page.getByText(/· \d+ in this list/).waitFor();
  await row.getByRole('link').first().click();
  await page.getByRole('link', { name: 'Problems', exact: true }).click();
  await page.waitForURL(/problems$/);
  await page.goBack();
  await page.goBack();
  await row.first().waitFor();
  expect(await page.getByRole('searchbox').inputValue()).toBe('Example');
  expect(page.url()).toBe(`${product.url}/patients`);

  await row.getByRole('link').first().press('Enter');
  await page.getByRole('link', { name: 'Problems', exact: true }).press('Enter');
  await page.getByRole('link', { name: 'All patients' }).press('Enter');
  await row.first().waitFor();
  expect(await page.getByRole('searchbox').inputValue()).toBe('Example');
  expect(page.url()).toBe(`${product.url}/patients`);
  expect(await page.title()).toBe('Patients · Health record imports');
  expect(stage.faults).toEqual([]);
});

test('a patient comes to their own record and sees a lab trend', async () => {
  await openAs(`${kim.id}@example.com`, '/patients');
  await page.waitForURL(`${product.url}/patients/${kim.id}`);
  await page.getByRole('link', { name: 'Labs', exact: true }).click();
  await page
    .getByRole('button', { name: /Hemoglobin A1c|Glucose|Cholesterol/ })
    .first()
    .click();
  await page.locator('.recharts-line').first().waitFor();
  await page.locator('.recharts-reference-area').first().waitFor();
  const values = page.getByRole('table', { name: /^All values of/ });
  expect(await values.getByRole('row').count()).toBeGreaterThan(2);
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-labs');
  expect(stage.faults).toEqual([]);
});

test('a blood pressure is one row and one chart with both its lines', async () => {
  await openAs(`${kim.id}@example.com`, `/patients/${kim.id}/vitals`);
  await page.getByRole('button', { name: /^Blood pressure.*\d+\/\d+ mmHg/ }).click();
  expect(await page.getByRole('button', { name: /systolic|diastolic/i }).count()).toBe(0);
  const chart = page.locator('.mantine-LineChart-root');
  await chart.locator('.recharts-line').nth(1).waitFor();
  expect(await chart.count()).toBe(1);
  const values = page.getByRole('table', { name: 'All values of Blood pressure' }).getByRole('button');
  expect(await values.first().textContent()).toMatch(/^\d+\/\d+ mmHg$/);
  expect(await chart.locator('circle').count()).toBe(2 * (await values.count()));
  expect(await findBarriers(page)).toEqual([]);
  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => measureOverflowPx(page)).toBe(0);
  await keepScreens(page, 'record-pressure');
  expect(stage.faults).toEqual([]);
});

test('with the Tab key alone everything is reached and seen, as a patient and as an administrator', async () => {
  const reader = `${kim.id}@example.com`;
  for (const [email, path, ready] of [
    [reader, `/patients/${kim.id}/problems`, /^Problems and diagnoses/],
    ['admin@example.com', '/operations', 'Who did what'],
  ] as const) {
    await openAs(email, path);
    await page.getByRole('heading', { name: ready }).waitFor();
    await expect.poll(() => page.getByRole('status').count()).toBe(0);
    for (const [width, height] of [
      [1280, 700],
      [360, 740],
    ] as const) {
      await page.setViewportSize({ width, height });
      for (const key of ['Tab', 'Shift+Tab'] as const) {
        const stops = await walkPage(page, key);
        expect(stops.length).toBeGreaterThan(4);
        const unseen = stops.filter(({ isSeen }) => !isSeen).map(({ words }) => words);
        expect([path, width, key, ...unseen]).toEqual([path, width, key]);
      }
    }
    await page.evaluate(() => localStorage.clear());
  }
});

test('the keyboard goes past the navigation into a fact and back to where it was', async () => {
  await openAs('clinician@example.com', `/patients/${kim.id}/problems`);
  const problems = page.getByRole('list', { name: 'Problems and diagnoses' }).getByRole('button');
  await problems.first().waitFor();
  await page.getByRole('link', { name: 'Skip the list of sections' }).press('Enter');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('[role="search"]')?.ariaLabel)).toBe('Filters');
  await problems.nth(1).press('Enter');
  await page.getByRole('dialog').waitFor();
  for (let presses = 0; presses < 12; presses++) {
    await page.keyboard.press('Tab');
    const isInside = await page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);
    expect(isInside).toBe(true);
  }
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await expect.poll(() => problems.nth(1).evaluate((button) => button === document.activeElement)).toBe(true);

  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole('button', { name: 'Navigation' }).press('Enter');
  await page.getByRole('link', { name: 'Imports' }).press('Enter');
  await page.getByRole('heading', { name: 'Imports' }).waitFor();
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
});

test('a patient cannot open the record of somebody else by its address', async () => {
  const other = await addPatient();
  await openAs(`${other.id}@example.com`, `/patients/${kim.id}/labs`);
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/could not be opened.*does not exist, or you are not allowed to see it/);
  expect(await page.getByText('Kim Example').count()).toBe(0);
});

test('nothing is wider than a small phone, nor hard to read in the dark, in any section', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openAs('clinician@example.com', `/patients/${kim.id}`);
  await page.getByRole('region', { name: 'Latest labs' }).waitFor();
  const sections = await page.getByLabel('Section', { exact: true }).locator('option').all();
  const paths = await Promise.all(sections.map((option) => option.getAttribute('value')));
  expect(paths.length).toBeGreaterThan(12);
  for (const path of paths) {
    await page.getByLabel('Section', { exact: true }).selectOption(path);
    await page.waitForURL(`${product.url}/patients/${kim.id}/${path}`);
    await page.getByRole('status').waitFor({ state: 'detached' });
    expect([path, await measureOverflowPx(page)]).toEqual([path, 0]);
    expect(await findBarriers(page)).toEqual([]);
    if (path === 'timeline' || path === 'medications') await keepScreens(page, `record-${path}`);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: 'dark' });
  }
  expect(stage.faults).toEqual([]);
});

test('what needs a person is said at the record, readable in light and in dark', async () => {
  const other = await addPatient();
  const failed = makeImportTask('failed', 'failed', { for: { reference: `Patient/${other.id}` } });
  const { id } = await clinician.createResource(failed);
  await openAs('clinician@example.com', `/patients/${other.id}`);
  const alert = page.getByRole('alert').filter({ hasText: 'The last import stopped before its end' });
  await alert.waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await findBarriers(page)).toEqual([]);
  }
  await alert.getByRole('link').click();
  await page.waitForURL(`${product.url}/imports/${id}`);
});

test('what a browser loads until somebody has signed in and sees a list is under 400 KB, without the record', async () => {
  const { url } = product;
  const first = await measureLoads(page, url, async () => {
    await openAs('clinician@example.com', '/patients');
    await page.getByRole('listitem').getByRole('link').first().waitFor();
  });
  const record = await measureLoads(page, url, async () => {
    await page.locator(`a[href="/patients/${kim.id}"]`).click();
    await page.getByRole('region', { name: 'Latest labs' }).getByRole('button').first().waitFor();
  });
  process.stdout.write(`first load ${kilobytes(first)}, the record page besides ${kilobytes(record)} (gzip)\n`);
  expect(first).toBeGreaterThan(100_000);
  expect(first).toBeLessThan(400_000);
  expect(record).toBeGreaterThan(0);
});

function kilobytes(bytes: number): string {
  return `${Math.round(bytes / 1000)} KB`;
}
