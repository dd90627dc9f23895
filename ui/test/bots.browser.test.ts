import type { MedplumClient } from '@medplum/core';
import type { Observation } from '@medplum/fhirtypes';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { readBotConfigs } from '../../bots/build.ts';
import { deployBots } from '../../bots/deploy/deploy-bots.ts';
import { seed } from '../../sandbox/seed.ts';
import { findBarriers } from './find-barriers.ts';
import { withProduct } from './with-product.ts';

const stage = withProduct();
let clinician: MedplumClient;
let page: Page;

beforeAll(async () => {
  clinician = await stage.product.signIn('clinician@example.com');
  const admin = seed.clients.find((client) => client.admin);
  const settings = {
    baseUrl: stage.product.medplum.baseUrl,
    adminClientId: admin?.id ?? '',
    adminClientSecret: admin?.secret ?? '',
    bridgeClientId: seed.clients[0]?.id ?? '',
    runtime: 'vmcontext' as const,
  };
  await deployBots(
    settings,
    readBotConfigs().filter(({ name }) => name === 'normalise-codes'),
  );
});

beforeEach(() => {
  ({ page } = stage);
});

test('an administrator sees what a bot did with a new result, and narrows it to what failed', async () => {
  const patient = await clinician.createResource({ resourceType: 'Patient' });
  const { id } = await clinician.createResource<Observation>({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Pulse' },
    subject: { reference: `Patient/${patient.id}` },
    valueQuantity: { value: 71, unit: 'bpm' },
  });
  await stage.openAs('admin@example.com', '/operations');
  const runs = page.getByRole('table', { name: 'Runs of bots' });
  const row = runs.getByRole('row').filter({ hasText: `Observation/${id}` });
  await row.getByText('Done').waitFor();
  expect(await row.textContent()).toContain('normalise-codes');
  expect(await row.textContent()).toContain('A change');
  await page.getByText(/No bot was fed lately/).waitFor();
  expect(await findBarriers(page)).toEqual([]);

  await page.getByLabel('Failed ones only').check();
  await page.getByText('No run failed.').waitFor();
  expect(stage.faults).toEqual([]);
});
