import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually } from '../../bridge/test/start-world.ts';
import { findBarriers } from './find-barriers.ts';
import { keepScreens } from './keep-screens.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import type { Product } from './start-product.ts';
import { KIM, twoSources } from './two-sources.ts';
import { withProduct } from './with-product.ts';

const CLINICIAN = 'clinician@example.com';

const stage = withProduct();
const { openAs } = stage;
let product: Product;
let clinician: MedplumClient;
let kim: WithId<Patient>;
let page: Page;
let folder: string;

beforeAll(async () => {
  ({ product } = stage);
  folder = await mkdtemp(join(tmpdir(), 'exports-'));
  clinician = await product.signIn(CLINICIAN);
  const { given, family, ...rest } = KIM;
  const name = [{ given: [given], family }];
  kim = await clinician.createResource<Patient>({ resourceType: 'Patient', name, ...rest });
  await product.signInAs(kim);
  const { north, lake } = twoSources();
  await importLines('north', north, 1);
  await importLines('lake', lake, 2);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  ({ page } = stage);
});

/** @param done - Imports that are completed when this one is. */
async function importLines(source: string, lines: string, done: number): Promise<void> {
  const file = join(folder, `${source}.jsonl`);
  await writeFile(file, lines);
  const { orgConnectionId } = await product.fasten.createConnection({ file });
  const body = { patientId: kim.id, org_connection_id: orgConnectionId };
  await product.call(clinician, 'POST', '/connections/complete', body);
  await eventually(async () => {
    const tasks = await clinician.searchResources('Task', `patient=Patient/${kim.id}`, { cache: 'reload' });
    return tasks.filter(({ status }) => status === 'completed').length === done || undefined;
  });
}

test('what two health systems say differently stands side by side, and leads to what each said', async () => {
  await openAs(CLINICIAN, `/patients/${kim.id}`);
  const card = page.getByRole('region', { name: 'Told differently' });
  await card.getByText('Penicillin G').waitFor();
  await keepScreens(page, 'record-summary');
  await card.getByRole('link', { name: 'Compare them' }).click();
  const penicillin = page.getByRole('region', { name: 'Penicillin G' });
  await penicillin.getByRole('cell', { name: 'high' }).waitFor();
  const risk = await penicillin.getByRole('row', { name: /^Risk/ }).getByRole('cell').allTextContents();
  expect(risk.toSorted()).toEqual(['high', 'low']);
  await page.getByRole('region', { name: 'ABO and Rh group' }).getByText('B Rh(D) positive').waitFor();
  await page.getByRole('region', { name: 'Kim Example' }).getByText('7 Harbour Road, Lakeside').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-differences');

  await penicillin.getByRole('button', { name: 'Penicillin G: open Mill Lane Clinic' }).press('Enter');
  const drawer = page.getByRole('dialog', { name: 'Penicillin G' });
  await drawer.getByText(/^Line [\d,]+ of the export: new/).waitFor();
  await page.keyboard.press('Escape');

  await page.getByRole('link', { name: 'Allergies', exact: true }).click();
  await page.getByRole('region', { name: 'Told differently' }).getByText('Anaphylaxis').waitFor();
  expect(stage.faults).toEqual([]);
});

test('two units of one measurement are one trend, and what was converted is told', async () => {
  await openAs(`${kim.id}@example.com`, `/patients/${kim.id}/labs`);
  await page.getByRole('button', { name: /^Glucose in Serum or Plasma/ }).click();
  await page.getByText(/hollow points were converted from mmol\/L, by the molar mass of glucose/).waitFor();
  await page.locator('.recharts-line').first().waitFor();
  expect(await page.locator('.recharts-line').count()).toBe(1);
  const values = page.getByRole('table', { name: /^All values of Glucose/ });
  expect(await values.getByText(/^≈ [\d.]+ mg\/dL$/).count()).toBe(2);
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-units');

  await page.getByRole('link', { name: 'Vitals', exact: true }).click();
  await page.getByRole('button', { name: /^Body weight/ }).click();
  await page.getByText(/kg · hollow points were converted from lb/).waitFor();
  expect(stage.faults).toEqual([]);
});

test('what no section is about is found by its type, with every element of it', async () => {
  await openAs(CLINICIAN, `/patients/${kim.id}/everything-else`);
  await page.getByRole('button', { name: /^Flags and warnings/ }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-everything-else');
  await page.getByRole('button', { name: /^Family history/ }).press('Enter');
  await page.getByRole('listitem').getByRole('button', { name: 'Father' }).press('Enter');
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('button', { name: 'Show everything it says' }).press('Enter');
  await drawer.getByRole('group', { name: 'Elements' }).getByText('Relationship').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-elements');
});

/** A document of each kind, and what shows that it can be read. */
const DOCUMENTS: readonly [string, (shown: Locator) => Locator][] = [
  ['Letter (PDF)', (shown) => shown.locator('iframe')],
  ['Wound photograph', (shown) => shown.getByRole('img', { name: 'Wound photograph' })],
  ['Progress note (RTF)', (shown) => shown.getByText('Asthma, “well controlled”.')],
  ['Visit summary (HTML)', (shown) => shown.getByRole('cell', { name: '410 L/min' })],
  ['Nursing note (text)', (shown) => shown.getByText('Dressing changed.')],
  ['Summary of care (C-CDA)', (shown) => shown.getByRole('cell', { name: 'Anaphylaxis' })],
];

test('a document of every kind opens in place', async () => {
  await openAs(CLINICIAN, `/patients/${kim.id}/documents`);
  for (const [name, sign] of DOCUMENTS) {
    await page.getByRole('listitem').getByRole('button', { name }).press('Enter');
    const shown = page.getByRole('dialog').getByRole('region', { name: 'Document' });
    await sign(shown).waitFor();
    expect([name, await findBarriers(page)]).toEqual([name, []]);
    const kind = name.replace(/.*\((.*)\)/, '$1').toLowerCase();
    await keepScreens(page, `record-document-${kind.replace(/[^a-z]+/g, '-')}`);
    await page.keyboard.press('Escape');
    await shown.waitFor({ state: 'detached' });
  }
  expect(await page.title()).not.toBe('broken in');
  // The note in HTML tried, and was not let.
  expect(stage.faults.filter((fault) => !fault.includes('Content Security Policy'))).toEqual([]);
});

test('differences and everything else fit a small phone in the dark', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await openAs(CLINICIAN, `/patients/${kim.id}/differences`);
  await page.getByRole('region', { name: 'Penicillin G' }).waitFor();
  for (const path of ['differences', 'everything-else', 'labs']) {
    await page.getByLabel('Section', { exact: true }).selectOption(path);
    await page.getByRole('status').waitFor({ state: 'detached' });
    expect([path, await measureOverflowPx(page)]).toEqual([path, 0]);
    expect(await findBarriers(page)).toEqual([]);
  }
});

test('on a small phone what sources say differently is read without scrolling sideways, and still is a table', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openAs(CLINICIAN, `/patients/${kim.id}/differences`);
  const penicillin = page.getByRole('region', { name: 'Penicillin G' });
  const risk = penicillin.getByRole('row', { name: /^Risk/ });
  await risk.getByRole('cell', { name: 'high' }).waitFor();
  expect(await risk.getByRole('cell').count()).toBe(2);
  const table = penicillin.getByRole('table');
  expect(await table.evaluate((each) => each.scrollWidth - (each.parentElement?.clientWidth ?? 0))).toBeLessThanOrEqual(
    0,
  );
  const [one, other] = await risk
    .getByRole('cell')
    .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().top));
  expect(one).toBeLessThan(other ?? 0);
});
