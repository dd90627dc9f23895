import type { ConceptMap, Observation } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBotConfigs } from '../../bots/build.ts';
import { deployBots } from '../../bots/deploy/deploy-bots.ts';
import { signInToDeploy } from '../../bots/deploy/sign-in.ts';
import { seed } from '../../sandbox/seed.ts';
import { ADDED_CODE_SYSTEM } from '../contract/identifiers.ts';
import { importFile } from '../ingest/import-file.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { BRIDGE_CLIENT, type ImportWorld, startImportWorld } from './import-world.ts';

let world: ImportWorld;
let botId: string;

beforeAll(async () => {
  world = await startImportWorld();
  const admin = seed.clients.find((client) => client.admin);
  const settings = {
    baseUrl: world.server.baseUrl,
    adminClientId: admin?.id ?? '',
    adminClientSecret: admin?.secret ?? '',
    bridgeClientId: BRIDGE_CLIENT.clientId,
    runtime: 'vmcontext' as const,
  };
  await deployBots(
    settings,
    readBotConfigs().filter(({ name }) => name === 'normalise-codes'),
  );
  const medplum = await signInToDeploy(settings);
  botId = (await medplum.searchOne('Bot', { name: 'normalise-codes' }))?.id ?? '';
  await medplum.createResource<ConceptMap>(LAB_MAP);
});

afterAll(() => world.close());

const equivalent = (code: string) => [{ code, equivalence: 'equivalent' as const }];
const LAB_MAP: ConceptMap = {
  resourceType: 'ConceptMap',
  url: 'urn:map:lab',
  status: 'active',
  group: [
    {
      source: 'urn:lab',
      target: 'http://loinc.org',
      element: [
        { code: 'K', target: equivalent('2823-3') },
        { code: 'Na', target: equivalent('2951-2') },
      ],
    },
  ],
};

const local = (code: string) => ({ system: 'urn:lab', code });
const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'Doe' }] };
const result = (more: object = {}) => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'preliminary',
  code: { coding: [local('K')] },
  subject: { reference: 'Patient/p' },
  valueQuantity: { value: 4, unit: 'mmol/l' },
  ...more,
});

async function sync(connection: string, observation: object) {
  const file = await world.writeFile([patient, observation]);
  return (await importFile(world.medplum, { file, connection })).report;
}

async function stored(connection: string): Promise<Observation> {
  const [only] = await world.stored<Observation>('Observation', connection);
  return only as Observation;
}

async function normalise(connection: string): Promise<Observation> {
  await world.medplum.executeBot(botId, await stored(connection), 'application/fhir+json');
  return stored(connection);
}

const codes = ({ code }: Observation) => code.coding?.map((one) => one.code);
const findings = async (namespace: string) => (await verifyImport(world.medplum, { namespace })).findings;

test('a re-sync brings the new values of the source and keeps the codes that were added', async () => {
  await sync('values', result());
  const added = await normalise('values');
  expect(codes(added)).toEqual(['K', '2823-3']);
  expect(added.valueQuantity).toMatchObject({ value: 4, unit: 'mmol/l', code: 'mmol/L' });
  const tag = `${ADDED_CODE_SYSTEM}|http://loinc.org#2823-3`;
  expect(await world.medplum.searchOne('Observation', { _tag: tag })).toMatchObject({ id: added.id });
  expect(await findings('values')).toEqual([]);
  expect(await sync('values', result())).toMatchObject({ updated: 0, unchanged: 2 });

  const changed = result({ status: 'final', valueQuantity: { value: 5.5, unit: 'mmol/l' } });
  expect(await sync('values', changed)).toMatchObject({ updated: 1, unchanged: 1, keptHere: 0 });
  const now = await stored('values');
  expect(now).toMatchObject({ status: 'final', code: added.code });
  expect(now.valueQuantity).toEqual({ ...added.valueQuantity, value: 5.5 });
  const tags = (one: Observation) => one.meta?.tag?.filter(({ system }) => system === ADDED_CODE_SYSTEM);
  expect(tags(now)).toEqual(tags(added));
  expect(tags(now)).toHaveLength(2);
  expect(await findings('values')).toEqual([]);
  expect(await sync('values', changed)).toMatchObject({ updated: 0, unchanged: 2 });
  // The bot has nothing left to do.
  expect((await normalise('values')).meta?.versionId).toBe(now.meta?.versionId);
});

test('a code of the source that changes takes along what was made of it, and the bot adds the new one', async () => {
  await sync('code', result());
  await normalise('code');
  await sync('code', result({ code: { coding: [local('Na')] }, valueQuantity: { value: 140, unit: 'mg' } }));
  const now = await stored('code');
  expect(codes(now)).toEqual(['Na']);
  expect(now.valueQuantity).toEqual({ value: 140, unit: 'mg' });
  expect(codes(await normalise('code'))).toEqual(['Na', '2951-2']);
  // And back again.
  await sync('code', result({ status: 'final' }));
  expect(codes(await normalise('code'))).toEqual(['K', '2823-3']);
});

test('what a clinician wrote, what the bot added and what the source changed all stand', async () => {
  await sync('three', result());
  const added = await normalise('three');
  await world.medplum.updateResource<Observation>({ ...added, note: [{ text: 'seen by me' }] });
  await sync('three', result({ status: 'final' }));
  await sync('three', result({ status: 'amended' }));
  const now = await stored('three');
  expect(now).toMatchObject({ status: 'amended', note: [{ text: 'seen by me' }], code: added.code });
  expect(await findings('three')).toEqual([]);
});

test('a standard code that the source has come to say itself is not doubled', async () => {
  await sync('itself', result());
  await normalise('itself');
  const said = { coding: [local('K'), { system: 'http://loinc.org', code: '2823-3', display: 'Potassium' }] };
  await sync('itself', result({ code: said }));
  expect((await stored('itself')).code).toEqual(said);
  expect((await normalise('itself')).code).toEqual(said);
});

test('an edit by a person is still found by verify', async () => {
  await sync('edited', result());
  const added = await normalise('edited');
  await world.medplum.updateResource<Observation>({ ...added, valueQuantity: { ...added.valueQuantity, value: 9 } });
  expect((await verifyImport(world.medplum, { namespace: 'edited' })).found).toMatchObject({ changed: 1 });
});
