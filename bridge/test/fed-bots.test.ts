import type { MedplumClient } from '@medplum/core';
import type { Flag, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBotConfigs } from '../../bots/build.ts';
import { deployBots } from '../../bots/deploy/deploy-bots.ts';
import { signInToDeploy } from '../../bots/deploy/sign-in.ts';
import { seed } from '../../sandbox/seed.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let admin: MedplumClient;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  const client = seed.clients.find((one) => one.admin);
  const settings = {
    baseUrl: world.medplum.baseUrl,
    adminClientId: client?.id ?? '',
    adminClientSecret: client?.secret ?? '',
    bridgeClientId: world.environment.MEDPLUM_CLIENT_ID ?? '',
    runtime: 'vmcontext' as const,
  };
  await deployBots(settings, readBotConfigs());
  admin = await signInToDeploy(settings);
});

afterAll(async () => {
  await world.close();
});

test('with all bots on, an import ends with the care team asked, and its results fed once each', async () => {
  const who = { given: 'Zyxwvut', family: 'Qponmlk', birthDate: '1971-02-03', gender: 'female' } as const;
  const { given, family, ...rest } = who;
  const name = [{ given: [given], family }];
  const patient = await clinician.createResource<Patient>({ resourceType: 'Patient', name, ...rest });
  const persona = { seed: 31, resources: 60, documentBytes: 200, patient: who };
  const { orgConnectionId } = await world.fasten.createConnection({ persona });
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  expect((await world.call(clinician, 'POST', '/connections/complete', body)).status).toBe(200);

  const asked = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', { patient: `Patient/${patient.id}` }, { cache: 'reload' });
    return tasks.find(({ focus }) => focus?.reference?.startsWith('Task/'));
  });
  expect(asked.code?.text).toBe('Look through new records');

  const bot = await admin.searchOne('Bot', { name: 'flag-critical-results' });
  const isOfBot = (line: string): boolean => line.includes('"event":"bot.fed"') && line.includes(bot?.id ?? 'none');
  const fed = await eventually(async () => world.log().split('\n').find(isOfBot));
  const subject = `Patient/${patient.id}`;
  const results = await clinician.searchResources('Observation', {
    subject,
    status: 'final,amended,corrected',
    _count: '1000',
  });
  expect(JSON.parse(fed)).toMatchObject({ count: results.length, failed: 0 });
  expect(results.length).toBeGreaterThan(0);
  const flags: readonly Flag[] = await clinician.searchResources('Flag', { subject }, { cache: 'reload' });
  expect(new Set(flags.map(({ identifier }) => identifier?.[0]?.value)).size).toBe(flags.length);
});
