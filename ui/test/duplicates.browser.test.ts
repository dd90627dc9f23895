import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { beforeAll, expect, test } from 'vitest';
import { readBotConfigs } from '../../bots/build.ts';
import { deployBots } from '../../bots/deploy/deploy-bots.ts';
import { eventually } from '../../bridge/test/start-world.ts';
import { seed } from '../../sandbox/seed.ts';
import { findBarriers } from './find-barriers.ts';
import { keepScreens } from './keep-screens.ts';
import { measureOverflowPx } from './measure-overflow.ts';
import { KIM, twoSources } from './two-sources.ts';
import { withProduct } from './with-product.ts';

const stage = withProduct();
let clinician: MedplumClient;
let kim: WithId<Patient>;

beforeAll(async () => {
  const { product } = stage;
  const admin = seed.clients.find((one) => one.admin);
  await deployBots(
    {
      baseUrl: product.medplum.baseUrl,
      adminClientId: admin?.id ?? '',
      adminClientSecret: admin?.secret ?? '',
      bridgeClientId: product.environment.MEDPLUM_CLIENT_ID ?? '',
      runtime: 'vmcontext',
    },
    readBotConfigs().filter(({ name }) => name === 'find-duplicates'),
  );
  clinician = await product.signIn('clinician@example.com');
  const { given, family, ...rest } = KIM;
  kim = await clinician.createResource<Patient>({
    resourceType: 'Patient',
    name: [{ given: [given], family }],
    ...rest,
  });
  const { north, lake } = twoSources();
  await connect('north', north);
  await connect('lake', lake);
});

async function connect(name: string, lines: string): Promise<void> {
  const { product } = stage;
  const before = countFeeds();
  const file = join(product.spoolDir, `${name}.jsonl`);
  await writeFile(file, lines);
  const { orgConnectionId } = await product.fasten.createConnection({ file });
  const body = { patientId: kim.id, org_connection_id: orgConnectionId };
  await product.call(clinician, 'POST', '/connections/complete', body);
  await eventually(async () => (countFeeds() > before ? true : undefined));
}

function countFeeds(): number {
  return stage.product.log().split('"event":"bot.fed"').length;
}

test('what two health systems tell of is one row with both, which unfolds, and staff take it apart', async () => {
  const { page, product, openAs } = stage;
  await openAs('clinician@example.com', `/patients/${kim.id}/allergies`);
  const list = page.getByRole('list', { name: 'Allergies and intolerances' });
  const row = list.getByRole('listitem');
  await row.getByText('Mill Lane Clinic').waitFor();
  await row.getByText('Lakeside Hospital').waitFor();
  expect(await row.count()).toBe(1);
  await row.getByRole('button', { name: '2 records' }).click();
  await row.getByText('Shown as one: the same substance by its code.').waitFor();
  await row.getByText(/low risk/).waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepScreens(page, 'record-duplicates');

  await page.setViewportSize({ width: 360, height: 740 });
  await expect.poll(() => measureOverflowPx(page)).toBe(0);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await findBarriers(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 900 });

  await page.goto(`${product.url}/patients/${kim.id}/problems`);
  await page.getByRole('button', { name: '2 records' }).waitFor();
  await page.getByLabel('Source').selectOption({ label: 'Lakeside Hospital' });
  const problems = page.getByRole('list', { name: 'Problems and diagnoses' });
  await problems.getByRole('button', { name: 'Asthma', exact: true }).click();
  const drawer = page.getByRole('dialog');
  const others = drawer.getByRole('region', { name: 'Told by several sources' });
  await others.getByText('Mill Lane Clinic').waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await others.getByRole('button', { name: 'Not the same?' }).click();
  await others.getByRole('button', { name: 'Keep them apart' }).click();
  await others.waitFor({ state: 'detached' });
  await page.goto(`${product.url}/patients/${kim.id}/problems`);
  await problems.getByRole('button', { name: 'Asthma', exact: true }).nth(1).waitFor();
  expect(stage.faults).toEqual([]);
});
