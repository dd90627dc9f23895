import type { Observation } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BRIDGE_CODE_SYSTEM, REPAIRED_CODE } from '../../contract/identifiers.ts';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const PROFILE = 'http://hl7.org/fhir/StructureDefinition/vitalsigns';
/** A vital sign without a time: FHIR lets an Observation do without, its profile of vital signs does not. */
const line = {
  resourceType: 'Observation',
  id: 'unmet',
  meta: { profile: [PROFILE] },
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
  subject: { reference: 'Patient/p' },
  valueQuantity: { value: 60 },
};
const lines = [
  { resourceType: 'Patient', id: 'p' },
  line,
  { ...line, id: 'met', effectiveDateTime: '2026-01-01' },
  { ...line, id: 'referrer', meta: {}, hasMember: [{ reference: 'Observation/unmet' }] },
];

describe.each([true, false])('a profile that the server knows and the line does not meet (transactions: %s)', (has) => {
  const namespace = `parked-${has}`;
  const load: ImportWorld['load'] = async (...args) => {
    world.server.switches.transactionBundles = has;
    return world.load(...args);
  };
  const find = async (id: string): Promise<Observation | undefined> =>
    (await world.stored<Observation>('Observation', namespace)).find(({ meta }) => meta?.source?.endsWith(`/${id}`));

  test('is kept beside it, so that the line is stored and links to it hold', async () => {
    const { report } = await load(namespace, lines);
    expect(report).toMatchObject({ created: 4, quarantined: 0, repairsByRule: { 'profile-parked': 1 } });
    const stored = await find('unmet');
    expect(stored?.meta?.profile).toBeUndefined();
    expect(JSON.stringify(stored?.meta?.extension)).toContain(PROFILE);
    expect(stored?.meta?.tag).toContainEqual({ system: BRIDGE_CODE_SYSTEM, code: REPAIRED_CODE });
    expect((await find('met'))?.meta?.profile).toEqual([PROFILE]);
    expect((await find('referrer'))?.hasMember?.[0]?.reference).toBe(`Observation/${stored?.id}`);
  });

  test('makes no difference to the next import, and is no edit when the source changes', async () => {
    const again = { unchanged: 4, updated: 0, repairsByRule: { 'profile-parked': 1 } };
    expect((await load(namespace, lines)).report).toMatchObject(again);
    const changed = lines.map((one) => (one === line ? { ...line, status: 'amended' } : one));
    const { report } = await load(namespace, changed);
    expect(report).toMatchObject({ updated: 1, unchanged: 3, skipped: 0, repairsByRule: { 'profile-parked': 1 } });
    expect(await find('unmet')).toMatchObject({ status: 'amended' });
    expect((await load(namespace, changed)).report).toMatchObject(again);
  });
});
