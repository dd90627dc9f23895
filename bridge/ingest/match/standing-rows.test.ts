import { badRequest } from '@medplum/core';
import type { Observation, Patient, Resource } from '@medplum/fhirtypes';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { verifyImport } from '../ledger/verify-import.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
}, 60_000);
afterAll(() => world.close());
afterEach(() => {
  world.proxy.cut = () => undefined;
});

const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'Doe' }] };
const encounter = {
  resourceType: 'Encounter',
  id: 'e',
  status: 'finished',
  class: { code: 'AMB' },
  subject: { reference: 'Patient/p' },
};
const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Weight' },
  subject: { reference: 'Patient/p' },
  encounter: { reference: 'Encounter/e' },
  ...more,
});
/** Makes an export one of its own, so that it has a Task of its own. */
const stamp = (text: string) => ({ resourceType: 'Basic', id: 'stamp', code: { text } });
const record = [patient, encounter, observation('a'), observation('b')];

async function sync(connection: string, lines: readonly SourceLine[], more: { patient?: string } = {}) {
  const file = await world.writeFile(lines);
  return (await importFile(world.medplum, { file, connection, patient: more.patient })).report;
}

/** The source keys that were looked up meanwhile, as `Type/id`. */
async function lookedUp(work: () => Promise<unknown>): Promise<Set<string>> {
  const keys = new Set<string>();
  world.proxy.cut = (_method, _path, body) => {
    if (!/_source=/.test(body)) return undefined;
    for (const [, key] of decodeURIComponent(body).matchAll(/#([A-Za-z]+\/\w+)/g)) keys.add(key ?? '');
    return undefined;
  };
  await work();
  return keys;
}

async function find<T extends Resource>(connection: string, key: string): Promise<T & { id: string }> {
  const all = await world.stored<T>(key.split('/')[0] as T['resourceType'], connection);
  return all.find(({ meta }) => meta?.source?.endsWith(`#${key}`)) as T & { id: string };
}

describe('a row whose line is the one that the last import settled', () => {
  test('is not asked for, sync after sync, and its ledger names its place', async () => {
    await sync('stands', [...record, stamp('1')]);
    for (const text of ['2', '3']) {
      const keys = await lookedUp(async () => {
        expect(await sync('stands', [...record, stamp(text)])).toMatchObject({ updated: 1, unchanged: 4 });
      });
      expect([...keys]).toEqual(['Basic/stamp']);
    }
    expect((await verifyImport(world.medplum, { namespace: 'stands' })).findings).toEqual([]);
  });

  test('is asked for when one of its type was deleted here', async () => {
    await sync('deleted', [...record, stamp('1')]);
    const { id } = await find<Observation>('deleted', 'Observation/b');
    await world.medplum.deleteResource('Observation', id);
    const keys = await lookedUp(async () => {
      const report = await sync('deleted', [...record, stamp('2')]);
      expect(report).toMatchObject({ updated: 1, unchanged: 3, skipped: 1, problemsByCode: { 'deleted-here': 1 } });
    });
    expect([...keys].toSorted()).toEqual(['Basic/stamp', 'Observation/a', 'Observation/b']);
  });

  test.each([
    ['in a bundle', []],
    ['alone', Array.from({ length: 200 }, () => ({ text: 'standing '.repeat(1_000) }))],
  ])('is asked for when a run that was broken off wrote something else since, %s', async (way, note) => {
    const namespace = `broken-${way.length}`;
    await sync(namespace, record);
    const before = await find<Observation>(namespace, 'Observation/a');
    world.proxy.cut = (_method, path, body) =>
      path.endsWith('/Binary') && body.startsWith('{"file":') ? { refuseWith: badRequest('no ledger') } : undefined;
    const changed = [
      patient,
      encounter,
      observation('a', { code: { text: 'Height' }, ...(note.length > 0 && { note }) }),
      observation('b'),
    ];
    await expect(sync(namespace, changed)).rejects.toThrow('no ledger');
    const between = await find<Observation>(namespace, 'Observation/a');
    expect(between.meta?.versionId).not.toBe(before.meta?.versionId);
    world.proxy.cut = () => undefined;
    expect(await sync(namespace, record)).toMatchObject({ updated: 1, unchanged: 3 });
    expect((await find<Observation>(namespace, 'Observation/a')).code.text).toBe('Weight');
  });

  test("is asked for when the import is bound to another app's Patient", async () => {
    const [one, two] = await Promise.all(
      ['Ann', 'Bob'].map((given) =>
        world.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Doe', given: [given] }] }),
      ),
    );
    await sync('bound', [...record, stamp('1')], { patient: `Patient/${one?.id}` });
    const report = await sync('bound', [...record, stamp('2')], { patient: `Patient/${two?.id}` });
    expect(report).toMatchObject({ unchanged: 0, updated: 5 });
  });

  describe('and refers to what lies outside the export', () => {
    const outside = observation('a', { performer: [{ reference: 'Practitioner/late' }] });
    const searching = observation('a', { performer: [{ reference: 'Practitioner?identifier=urn:s|1' }] });
    const late = { resourceType: 'Practitioner', id: 'late', identifier: [{ system: 'urn:s', value: '1' }] };

    test('is not asked for while nothing was written or deleted', async () => {
      await sync('outside', [patient, encounter, outside, stamp('1')]);
      const keys = await lookedUp(() => sync('outside', [patient, encounter, outside, stamp('2')]));
      expect([...keys]).toEqual(['Basic/stamp']);
    });

    test.each([
      ['by its key', outside],
      ['by a search', searching],
    ])('is linked when that has come, or come back, named %s', async (way, line) => {
      const namespace = `back-${way.length}`;
      const linked = async () => (await find<Observation>(namespace, 'Observation/a')).performer?.[0]?.reference;
      await sync(namespace, [patient, encounter, line, stamp('1')]);
      expect(await linked()).toBeUndefined();
      await sync(namespace, [patient, encounter, line, late, stamp('2')]);
      const { id } = await find(namespace, 'Practitioner/late');
      expect(await linked()).toBe(`Practitioner/${id}`);
      await sync(namespace, [patient, encounter, line, stamp('3')]);
      await sync(namespace, [patient, encounter, line, late, stamp('4')]);
      expect(await linked()).toBe(`Practitioner/${id}`);
    });

    test('is asked for when that was deleted here', async () => {
      await sync('lost', [patient, encounter, outside, late, stamp('1')]);
      await sync('lost', [patient, encounter, outside, stamp('2')]);
      const { id } = await find('lost', 'Practitioner/late');
      await world.medplum.deleteResource('Practitioner', id);
      await sync('lost', [patient, encounter, outside, stamp('3')]);
      const { performer } = await find<Observation>('lost', 'Observation/a');
      expect(performer?.[0]).toMatchObject({ identifier: { value: 'Practitioner/late' } });
      expect(performer?.[0]?.reference).toBeUndefined();
    });
  });
});
