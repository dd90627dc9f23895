import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { DocumentReference, Encounter, Observation, Patient, Resource, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerFromTask } from '../../contract/import-task.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import { uploadBinary } from '../../medplum/binaries/upload-binary.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { verifyImport } from '../ledger/verify-import.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
}, 60_000);
afterAll(() => world.close());

const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'Doe' }] };
const encounter = { resourceType: 'Encounter', id: 'e', status: 'finished', class: { code: 'AMB' } };
const observation = (id: string, more: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'Weight' },
  encounter: { reference: 'Encounter/e' },
  ...more,
});
/** Makes an export one of its own, so that it has a Task of its own. */
const stamp = (text: string) => ({ resourceType: 'Basic', id: 'stamp', code: { text } });

async function sync(connection: string, lines: readonly SourceLine[], patient?: string) {
  const { report } = await importFile(world.medplum, { file: await world.writeFile(lines), connection, patient });
  return report;
}

/** The stored resource of a source key. */
async function find<T extends Resource>(connection: string, key: string): Promise<T & { id: string }> {
  const all = await world.stored<T>(key.split('/')[0] as T['resourceType'], connection);
  return all.find(({ meta }) => meta?.source?.endsWith(`#${key}`)) as T & { id: string };
}

async function remove(connection: string, key: string): Promise<void> {
  const { resourceType, id } = await find(connection, key);
  await world.medplum.deleteResource(resourceType, id);
}

async function findings(connection: string) {
  return (await verifyImport(world.medplum, { namespace: connection })).findings;
}

describe('what was deleted in Medplum', () => {
  test('stays deleted at the second and the third sync, and nothing refers to it any more', async () => {
    const record = [patient, encounter, observation('a'), observation('b')];
    await sync('deleted', record);
    await remove('deleted', 'Encounter/e');
    await remove('deleted', 'Observation/b');

    const second = await sync('deleted', [...record, stamp('2')]);
    expect(second).toMatchObject({ created: 1, updated: 1, skipped: 2, problemsByCode: { 'deleted-here': 2 } });
    const kept = await find<Observation>('deleted', 'Observation/a');
    expect(kept.encounter).toMatchObject({ identifier: { value: 'Encounter/e' } });
    expect(kept.encounter?.reference).toBeUndefined();
    expect(await findings('deleted')).toEqual([]);

    const third = await sync('deleted', [...record, stamp('3')]);
    expect(third).toMatchObject({ created: 0, updated: 1, skipped: 2 });
    const changed = [patient, { ...encounter, status: 'cancelled' }, observation('a'), observation('b')];
    expect(await sync('deleted', changed)).toMatchObject({ created: 0, updated: 0, skipped: 2, vanished: 1 });
    expect(await find<Encounter>('deleted', 'Encounter/e')).toBeUndefined();
    expect(await findings('deleted')).toEqual([]);
  });

  test('stays deleted when the same export is loaded again', async () => {
    const record = [patient, encounter, observation('a')];
    await sync('same', record);
    await remove('same', 'Observation/a');
    expect(await sync('same', record)).toMatchObject({ created: 0, skipped: 1, unchanged: 2 });
    const again = await sync('same', record);
    expect([again.created, again.skipped, again.ledger]).toEqual([0, 1, undefined]);
  });

  test('is known after exports that did not name it', async () => {
    const record = [patient, encounter, observation('a'), observation('b')];
    await sync('partial', record);
    await remove('partial', 'Observation/b');
    expect(await sync('partial', [patient, encounter, observation('a')])).toMatchObject({ unchanged: 3, vanished: 1 });
    expect(await findings('partial')).toEqual([]);
    expect(await sync('partial', [patient, stamp('3')])).toMatchObject({ vanished: 3 });
    const last = await sync('partial', [...record, stamp('4')]);
    expect(last).toMatchObject({ created: 0, unchanged: 3, updated: 1, skipped: 1, vanished: 0 });
  });

  test('is known after an import in which its line could not be loaded', async () => {
    await sync('broken', [patient, encounter]);
    await remove('broken', 'Encounter/e');
    const r5 = { resourceType: 'Encounter', id: 'e', status: 'in-progress', actualPeriod: { start: '2026-01-01' } };
    expect(await sync('broken', [patient, r5])).toMatchObject({ quarantined: 1 });
    expect(await findings('broken')).toEqual([]);
    expect(await sync('broken', [patient, encounter])).toMatchObject({ created: 0, skipped: 1 });
  });

  test.each([
    ['with', true],
    ['without', false],
  ])('in the middle of an import %s transactions stays deleted too', async (name, transactionBundles) => {
    const connection = `meanwhile-${name}`;
    world.server.switches.transactionBundles = transactionBundles;
    await sync(connection, [patient, observation('a'), observation('b')]);
    const [a, b] = [await find(connection, 'Observation/a'), await find<Observation>(connection, 'Observation/b')];
    let [isBegun, isDone] = [false, false];
    world.proxy.cut = (_method, _path, body) => {
      if (isDone || !body.includes('"amended"')) return undefined;
      if (!isBegun) {
        isBegun = true;
        const end = () => {
          isDone = true;
        };
        // The edit makes the transaction fail, so that its rows are composed again.
        world.medplum
          .updateResource<Observation>({ ...b, note: [{ text: 'x' }] })
          .then(() => world.medplum.deleteResource('Observation', a.id))
          .then(end, end);
      }
      return 'before-server';
    };
    const changed = ['a', 'b'].map((id) => observation(id, { status: 'amended' }));
    const report = await sync(connection, [patient, ...changed]);
    world.proxy.cut = () => undefined;
    world.server.switches.transactionBundles = true;
    expect(report).toMatchObject({ updated: 1, skipped: 1, problemsByCode: { 'deleted-here': 1 } });
    expect(await find(connection, 'Observation/a')).toBeUndefined();
    expect(await findings(connection)).toEqual([]);
  });

  test("the export's own Patient: nothing is loaded, since nobody can say whose records they are", async () => {
    await sync('nobody', [patient, observation('a')]);
    await remove('nobody', 'Patient/p');
    await expect(sync('nobody', [patient, observation('a'), observation('b')])).rejects.toMatchObject({
      code: 'patient-deleted',
    });
    expect(await find('nobody', 'Observation/b')).toBeUndefined();
  });

  test("the source's Patient beside the app's: its records go on", async () => {
    const app = await world.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Doe' }] });
    const record = [patient, observation('a', { subject: { reference: 'Patient/p' } })];
    await sync('beside', record, `Patient/${app.id}`);
    await remove('beside', 'Patient/p');
    const report = await sync('beside', [...record, stamp('2')], `Patient/${app.id}`);
    expect(report).toMatchObject({ created: 1, unchanged: 1, skipped: 1 });
    const { subject } = await find<Observation>('beside', 'Observation/a');
    expect(subject?.reference).toBe(`Patient/${app.id}`);
  });

  test('and expunged, so that the server knows nothing of it, is created again', async () => {
    await sync('expunged', [patient, observation('a')]);
    const { id } = await find('expunged', 'Observation/a');
    await remove('expunged', 'Observation/a');
    await rewriteLedger('expunged', (text) => text.replaceAll(id, randomUUID()));
    expect(await sync('expunged', [patient, observation('a')])).toMatchObject({ created: 1, skipped: 0 });
  });
});

/** The sandbox cannot expunge: a ledger that names what never was stands for it. */
async function rewriteLedger(connection: string, change: (text: string) => string): Promise<void> {
  const [task] = await world.stored<Task>('Task', connection);
  const ledger = ledgerFromTask(task as Task)?.reference ?? '';
  const lines = await Array.fromAsync(readBinaryLines(world.medplum, ledger.slice('Binary/'.length)));
  const open = () => Readable.from([Buffer.from(change(lines.join('\n')))]);
  const id = await uploadBinary(world.medplum, { open, contentType: 'application/x-ndjson', patient: undefined });
  await world.medplum.updateResource<Task>(JSON.parse(JSON.stringify(task).replace(ledger, `Binary/${id}`)));
}

describe('documents', () => {
  const binary = { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: btoa('a letter') };
  const document = {
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
  };
  const all = (connection: string) => world.stored<DocumentReference>('DocumentReference', connection);

  test('whose carrier was deleted do not come back, with or without it', async () => {
    await sync('carrier', [patient, binary, document]);
    await remove('carrier', 'DocumentReference/d');
    expect(await sync('carrier', [patient, binary, document, stamp('2')])).toMatchObject({ created: 1, skipped: 2 });
    expect(await sync('carrier', [patient, binary])).toMatchObject({ created: 0, skipped: 1, vanished: 1 });
    expect(await all('carrier')).toHaveLength(0);
    expect(await findings('carrier')).toEqual([]);
  });

  test('that nothing carried and that were deleted do not come back', async () => {
    await sync('wrapped', [patient, binary]);
    const [wrapper] = await all('wrapped');
    await world.medplum.deleteResource('DocumentReference', wrapper?.id ?? '');
    expect(await sync('wrapped', [patient, binary, stamp('2')])).toMatchObject({ created: 1, skipped: 1 });
    expect(await all('wrapped')).toHaveLength(0);
  });

  test('whose carrier this export lacks are not stored a second time', async () => {
    await sync('lacking', [patient, binary, document]);
    expect(await sync('lacking', [patient, binary])).toMatchObject({ created: 0, unchanged: 2, vanished: 1 });
    expect(await all('lacking')).toHaveLength(1);
  });
});

test('what lost the mark by which it is found is not stored a second time', async () => {
  await sync('unmarked', [patient, observation('a')]);
  const { meta: _, ...rest } = await find<Observation>('unmarked', 'Observation/a');
  await world.medplum.updateResource<Observation>({ ...rest, status: 'amended' });
  const report = await sync('unmarked', [patient, observation('a')]);
  expect(report).toMatchObject({ created: 0, skipped: 1, problemsByCode: { 'edited-here': 1 } });
});
