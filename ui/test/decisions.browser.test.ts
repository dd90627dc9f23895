import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openQueues } from '../../bridge/queue/open-queues.ts';
import { eventually } from '../../bridge/test/start-world.ts';
import { findBarriers } from './find-barriers.ts';
import { makeImportTask } from './import-tasks.ts';
import { keepScreens } from './keep-screens.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import type { Product } from './start-product.ts';
import { withProduct } from './with-product.ts';

const stage = withProduct();
const { openAs } = stage;
let product: Product;
let clinician: MedplumClient;
let page: Page;

beforeAll(async () => {
  clinician = await stage.product.signIn('clinician@example.com');
});

beforeEach(() => {
  ({ product, page } = stage);
});

/** Connects a chart with the records of this person; gives the id of the import's Task once it has come to rest. */
function connect(given: string, dirt: readonly 'bad-json'[] = []): Promise<string> {
  const person = { given, family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;
  return connectWith({ persona: { seed: 7, resources: 60, documentBytes: 200, patient: person, dirt: [...dirt] } });
}

async function connectWith(source: Parameters<Product['fasten']['createConnection']>[0]): Promise<string> {
  const patient = await clinician.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: ['Kim'], family: 'Example' }],
    birthDate: '1980-05-17',
    gender: 'female',
  });
  const { orgConnectionId } = await product.fasten.createConnection(source);
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  expect((await product.call(clinician, 'POST', '/connections/complete', body)).status).toBe(200);
  const task = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', 'status=on-hold,completed&_count=100', { cache: 'reload' });
    const ours = ({ focus, for: whose }: (typeof tasks)[number]) =>
      focus?.identifier?.value === orgConnectionId || whose?.reference === `Patient/${patient.id}`;
    return tasks.find(ours);
  });
  return task.id;
}

/** Between the Task of an import and the line that is too large. */
const SMALL_BYTES = 20_000;

/** An export of somebody else's name, with a line that a small server does not take. */
async function writeLargeOfAnother(folder: string): Promise<string> {
  const lines = [
    { resourceType: 'Patient', id: 'p', name: [{ given: ['Zyxwvut'], family: 'Example' }], birthDate: '1980-05-17' },
    {
      resourceType: 'Observation',
      id: 'large',
      status: 'final',
      code: { text: 'Pulse' },
      subject: { reference: 'Patient/p' },
      note: [{ text: 'x'.repeat(2 * SMALL_BYTES) }],
    },
  ];
  const file = join(folder, 'export.jsonl');
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

test('a running import is followed over a stream of the server, and ends on the page when it ends', async () => {
  const running = makeImportTask('in-progress', 'loading', {
    for: { reference: 'Patient/1', display: 'Ada Beispiel' },
  });
  const task = await clinician.createResource(running);
  const streamed = page.waitForResponse((response) => response.url().endsWith(`/imports/${task.id}/events`));
  await openAs('clinician@example.com', `/imports/${task.id}`);
  await page.getByText('Running').waitFor();
  const stream = await streamed;
  expect([stream.status(), stream.headers()['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(stream.url()).not.toContain('?');
  await clinician.updateResource({ ...task, ...makeImportTask('completed', 'loaded') });
  await page.getByText('Done', { exact: true }).waitFor();
  expect(stage.faults).toEqual([]);
});

test('a clinician sees both persons of a held import, accepts it, and it loads', async () => {
  const taskId = await connect('Zyxwvut');
  await openAs('clinician@example.com', `/imports/${taskId}`);
  await page.getByText('Do these records belong to this patient?').waitFor();
  await page.getByRole('cell', { name: /Zyxwvut/ }).waitFor();
  await page.getByRole('cell', { name: 'Kim Example' }).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'import-held');

  await page.getByRole('button', { name: 'Same person: load the records' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Load them' }).click();
  await page.getByText('All lines are accounted for').first().waitFor();
  await page.getByRole('heading', { name: 'Kim Example' }).waitFor();
  expect(stage.faults).toEqual([]);
});

test('a clinician rejects what is somebody else’s', async () => {
  const taskId = await connect('Qponmlk');
  await openAs('clinician@example.com', `/imports/${taskId}`);
  await page.getByRole('button', { name: 'Somebody else: reject' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Reject them' }).click();
  await page.getByText('Not taken in: these records belong to somebody else').first().waitFor();
});

test('the lines of an import are searched page by page, and one that was set aside is read as it came', async () => {
  const taskId = await connect('Kim', ['bad-json']);
  await openAs('clinician@example.com', `/imports/${taskId}`);
  const lines = page.getByRole('region', { name: 'Every line' });
  await lines.getByRole('button', { name: /^Line 1 as/ }).waitFor();
  expect(await lines.getByRole('row').count()).toBe(26);
  await lines.getByRole('button', { name: 'Later lines' }).click();
  await lines.getByRole('button', { name: /^Line 27 as/ }).waitFor();
  await lines.getByLabel('Ending').selectOption('Set aside');
  await lines
    .getByRole('cell', { name: /The line is not JSON/ })
    .first()
    .waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'import');

  const aside = page.getByRole('region', { name: 'Lines that need a look' });
  await aside
    .getByRole('button', { name: /as it came/ })
    .first()
    .click();
  await page.getByText('That you have read it is recorded.').waitFor();
  await page
    .getByRole('dialog')
    .getByText(/resourceType/)
    .waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  await lines.getByLabel('Ending').selectOption('All');
  await lines.getByLabel('Find').fill('Patient/');
  await expect.poll(() => lines.getByRole('row').count(), { timeout: 20_000 }).toBe(2);
  await page.setViewportSize({ width: 360, height: 740 });
  // The chart follows the window a moment later.
  await expect.poll(() => measureOverflowPx(page), { timeout: 20_000 }).toBe(0);
  expect(stage.faults).toEqual([]);
});

test('an operator accepts a held import and retries a quarantined line', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'held-'));
  const { switches } = product.medplum;
  const usual = { ...switches };
  Object.assign(switches, { maxJsonBytes: SMALL_BYTES, maxAsyncBatchBytes: SMALL_BYTES });
  const taskId = await connectWith({ file: await writeLargeOfAnother(folder) });
  await openAs('clinician@example.com', '/imports?show=attention');
  await page.locator(`a[href="/imports/${taskId}"]`).click();
  await page.getByRole('button', { name: 'Same person: load the records' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Load them' }).click();
  const aside = page.getByRole('region', { name: 'Lines that need a look' });
  const retry = aside.getByRole('button', { name: 'Try the line set aside again' });
  await retry.waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'import-set-aside');
  Object.assign(switches, usual);
  await retry.click();
  await aside.getByText(/^Last tried .*: 1 loaded\.$/).waitFor({ timeout: 60_000 });
  await page.getByText('1 of 1 could be loaded').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await rm(folder, { recursive: true });
  expect(stage.faults).toEqual([]);
});

test('a failed import is run again from its page, and an administrator runs its job again from the operations', async () => {
  const consent = await clinician.createResource({
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ code: 'patient-privacy' }] },
    category: [{ coding: [{ system: BRIDGE_CODE_SYSTEM, code: CONNECTION_CONSENT_CODE }] }],
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: 'made-up-connection' }],
    policyRule: { text: 'none' },
  });
  const task = await clinician.createResource({
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    focus: { reference: `Consent/${consent.id}` },
  });
  const queues = openQueues(product.redis.redis, product.redis.prefix);
  await queues.add('import', [task.id], { taskId: task.id, consentId: consent.id, exportId: 'e', files: [] });
  const gaveUp = (times: number) =>
    eventually(async () => (product.log().match(/"import.gave-up"/g)?.length ?? 0) >= times || undefined);
  await gaveUp(1);

  await openAs('admin@example.com', `/imports/${task.id}`);
  await page.getByText('This import stopped before its end').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await page.getByRole('button', { name: 'Run it again' }).click();
  await gaveUp(2);

  await page.getByRole('link', { name: 'Operations' }).click();
  const letter = page.getByRole('listitem', { name: /^import: consent-without-patient/ });
  await letter.waitFor();
  await page.getByText('Answers', { exact: true }).first().waitFor();
  await page.getByRole('region', { name: 'Who did what' }).getByRole('row').nth(1).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'operations');
  await letter.getByRole('button', { name: 'Run it again' }).click();
  await gaveUp(3);
  await queues.close();
  expect(stage.faults).toEqual([]);
});

test('the operations are not for clinicians', async () => {
  await openAs('clinician@example.com', '/operations');
  await page.getByText('For administrators').waitFor();
  expect(await page.getByRole('link', { name: 'Operations' }).count()).toBe(0);
});
