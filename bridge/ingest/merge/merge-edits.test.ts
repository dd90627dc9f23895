import type { DocumentReference, Observation, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ledgerEntrySchema } from '../../contract/ledger-entry.ts';
import { readBinaryLines } from '../../medplum/binaries/read-binary-lines.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { verifyImport } from '../ledger/verify-import.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
}, 60_000);
afterAll(() => world.close());

const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'Doe' }] };
const observation = (more: object = {}) => ({
  resourceType: 'Observation',
  id: 'o',
  status: 'preliminary',
  code: { text: 'Weight' },
  subject: { reference: 'Patient/p' },
  ...more,
});

/** One sync of a connection, with its Task and its ledger. */
async function sync(connection: string, lines: readonly SourceLine[]) {
  const { report } = await importFile(world.medplum, { file: await world.writeFile(lines), connection });
  return report;
}

async function stored<T extends Resource>(type: T['resourceType'], connection: string): Promise<T> {
  const [only] = await world.stored<T>(type, connection);
  return only as T;
}

/** What a clinician does: reads, changes, stores. */
async function edit<T extends Resource>(
  type: T['resourceType'],
  connection: string,
  change: (now: T) => T,
): Promise<T> {
  return world.medplum.updateResource(change(await stored<T>(type, connection))) as Promise<T>;
}

describe('a clinician and the source both changed a resource', () => {
  test('both changes stand, the sync after it writes nothing, and verify finds it as it was written', async () => {
    await sync('both', [patient, observation()]);
    await edit<Observation>('Observation', 'both', (now) => ({ ...now, note: [{ text: 'seen by me' }] }));
    const changed = [patient, observation({ status: 'final' })];
    expect(await sync('both', changed)).toMatchObject({ updated: 1, unchanged: 1, skipped: 0, merged: 1, keptHere: 0 });
    const now = await stored<Observation>('Observation', 'both');
    const owner = await stored('Patient', 'both');
    expect(now).toMatchObject({
      status: 'final',
      note: [{ text: 'seen by me' }],
      subject: { reference: `Patient/${owner.id}` },
    });
    const report = await verifyImport(world.medplum, { namespace: 'both' });
    expect(report.findings).toEqual([]);
    expect(await sync('both', changed)).toMatchObject({ updated: 0, unchanged: 2 });
    expect((await stored('Observation', 'both')).meta?.versionId).toBe(now.meta?.versionId);
  });

  test('a conditional reference that the export answers is no edit: it merges as what it stands for', async () => {
    const identifier = [{ system: 'urn:npi', value: '7' }];
    const practitioner = { resourceType: 'Practitioner', id: 'd', identifier };
    const asking = (status: string) =>
      observation({ status, performer: [{ reference: 'Practitioner?identifier=urn:npi|7' }] });
    await sync('asked', [patient, asking('preliminary'), practitioner]);
    expect((await verifyImport(world.medplum, { namespace: 'asked' })).findings).toEqual([]);
    await edit<Observation>('Observation', 'asked', (now) => ({ ...now, note: [{ text: 'seen by me' }] }));
    const changed = [patient, asking('final'), practitioner];
    expect(await sync('asked', changed)).toMatchObject({ updated: 1, merged: 1, keptHere: 0 });
    const { id } = await stored('Practitioner', 'asked');
    expect(await stored('Observation', 'asked')).toMatchObject({
      status: 'final',
      note: [{ text: 'seen by me' }],
      performer: [{ reference: `Practitioner/${id}` }],
    });
    expect((await verifyImport(world.medplum, { namespace: 'asked' })).findings).toEqual([]);
    expect(await sync('asked', changed)).toMatchObject({ updated: 0, unchanged: 3 });
  });

  test('an edit stands although the server still reads the version before it from its cache', async () => {
    await sync('cached', [patient, observation()]);
    const before = await stored<Observation>('Observation', 'cached');
    await edit<Observation>('Observation', 'cached', (now) => ({ ...now, note: [{ text: 'seen by me' }] }));
    world.proxy.cut = (method, path) =>
      method === 'GET' && path.endsWith(`/Observation/${before.id}`) ? { refuseWith: before, status: 200 } : undefined;
    expect(await sync('cached', [patient, observation({ status: 'final' })])).toMatchObject({ updated: 1, merged: 1 });
    world.proxy.cut = () => undefined;
    expect(await stored('Observation', 'cached')).toMatchObject({ status: 'final', note: [{ text: 'seen by me' }] });
  });

  test('an edit after the merge is found by verify, and survives the next change of the source with the first', async () => {
    await sync('again', [patient, observation()]);
    await edit<Observation>('Observation', 'again', (now) => ({ ...now, note: [{ text: 'first' }] }));
    await sync('again', [patient, observation({ status: 'final' })]);
    await edit<Observation>('Observation', 'again', (now) => ({ ...now, bodySite: { text: 'left' } }));
    expect((await verifyImport(world.medplum, { namespace: 'again' })).found).toMatchObject({ changed: 1 });

    const third = observation({ status: 'amended', issued: '2026-02-03T04:05:06Z', note: [{ text: 'source' }] });
    expect(await sync('again', [patient, third])).toMatchObject({ updated: 1, merged: 1, keptHere: 0 });
    expect(await stored('Observation', 'again')).toMatchObject({
      status: 'amended',
      issued: '2026-02-03T04:05:06Z',
      note: [{ text: 'source' }, { text: 'first' }],
      bodySite: { text: 'left' },
    });
    // What the source takes back goes; what was written here stays.
    await sync('again', [patient, observation({ status: 'amended' })]);
    const last = await stored<Observation>('Observation', 'again');
    expect(last).toMatchObject({ note: [{ text: 'first' }], bodySite: { text: 'left' } });
    expect(last.issued).toBeUndefined();
  });

  test('where both changed one element the local value stands, named in the ledger without its value', async () => {
    await sync('conflict', [patient, observation()]);
    await edit<Observation>('Observation', 'conflict', (now) => ({ ...now, status: 'cancelled' }));
    const report = await sync('conflict', [patient, observation({ status: 'final', issued: '2026-02-03T04:05:06Z' })]);
    expect(report).toMatchObject({ updated: 1, merged: 1, keptHere: 1 });
    expect(await stored('Observation', 'conflict')).toMatchObject({
      status: 'cancelled',
      issued: '2026-02-03T04:05:06Z',
    });
    const lines = await Array.fromAsync(readBinaryLines(world.medplum, report.ledger?.reference.slice(7) ?? ''));
    const entry = lines
      .map((line) => ledgerEntrySchema.parse(JSON.parse(line)))
      .find(({ key }) => key === 'Observation/o');
    expect(entry).toMatchObject({ disposition: 'updated', code: 'merged', kept: ['Observation.status'] });
    // The source's own value is not forgotten: when it comes round to the local one, nothing is overridden any more.
    await sync('conflict', [patient, observation({ status: 'cancelled' })]);
    expect(JSON.stringify((await stored('Observation', 'conflict')).meta)).not.toContain('overridden');
  });

  test('a link made here to another resource of the export stays, and the source may take up a new one', async () => {
    const encounter = (id: string) => ({ resourceType: 'Encounter', id, status: 'finished', class: { code: 'AMB' } });
    const record = [patient, encounter('e1'), encounter('e2'), observation()];
    await sync('links', record);
    const encounters = await world.stored('Encounter', 'links');
    const second = encounters.find(({ meta }) => meta?.source?.endsWith('/e2'));
    const chosen = { reference: `Encounter/${second?.id}` };
    await edit<Observation>('Observation', 'links', (now) => ({ ...now, encounter: chosen }));
    const report = await sync('links', [
      ...record.slice(0, 3),
      { resourceType: 'Specimen', id: 's' },
      observation({ specimen: { reference: 'Specimen/s' }, encounter: { reference: 'Encounter/e1' } }),
    ]);
    expect(report).toMatchObject({ created: 1, updated: 1, merged: 1, keptHere: 1 });
    const specimen = await stored('Specimen', 'links');
    expect(await stored('Observation', 'links')).toMatchObject({
      encounter: chosen,
      specimen: { reference: `Specimen/${specimen.id}` },
    });
    expect((await verifyImport(world.medplum, { namespace: 'links' })).findings).toEqual([]);
  });

  test('documents stay where they are, and new ones come', async () => {
    const binary = (id: string) => ({
      resourceType: 'Binary',
      id,
      contentType: 'text/plain',
      data: Buffer.from(`document ${id}`).toString('base64'),
    });
    const document = (more: object, ...ids: string[]) => ({
      resourceType: 'DocumentReference',
      id: 'd',
      status: 'current',
      content: ids.map((id) => ({ attachment: { contentType: 'text/plain', url: `Binary/${id}` } })),
      ...more,
    });
    await sync('papers', [patient, binary('b1'), document({}, 'b1')]);
    await edit<DocumentReference>('DocumentReference', 'papers', (now) => ({ ...now, description: 'letter' }));
    const report = await sync('papers', [
      patient,
      binary('b1'),
      binary('b2'),
      document({ docStatus: 'final' }, 'b1', 'b2'),
    ]);
    expect(report).toMatchObject({ merged: 1, keptHere: 0 });
    const now = await stored<DocumentReference>('DocumentReference', 'papers');
    expect(now).toMatchObject({ description: 'letter', docStatus: 'final' });
    const texts = await Promise.all(
      now.content.map(async ({ attachment }) => (await world.medplum.download(attachment.url ?? '')).text()),
    );
    expect(texts).toEqual(['document b1', 'document b2']);
    expect((await verifyImport(world.medplum, { namespace: 'papers' })).findings).toEqual([]);
  });

  test('tags and security labels put on here stay', async () => {
    await sync('labels', [patient, observation()]);
    const tag = [{ system: 'https://example.org/tags', code: 'mine' }];
    const security = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'R' }];
    await edit<Observation>('Observation', 'labels', (now) => ({
      ...now,
      meta: { ...now.meta, security, tag: [...(now.meta?.tag ?? []), ...tag] },
    }));
    await sync('labels', [patient, observation({ status: 'final' })]);
    const { status, meta } = await stored<Observation>('Observation', 'labels');
    expect({ status, security: meta?.security }).toEqual({ status: 'final', security });
    expect(meta?.tag).toEqual(expect.arrayContaining(tag));
    expect(new Set(meta?.tag?.map(({ system, code }) => `${system}|${code}`)).size).toBe(meta?.tag?.length);
  });

  test('when nobody can say what it was before, it is left as it is, and the report says so', async () => {
    await sync('no-base', [patient, observation()]);
    await edit<Observation>('Observation', 'no-base', (now) => ({
      ...now,
      status: 'cancelled',
      meta: JSON.parse(JSON.stringify(now.meta).replace(/"[0-9a-f]{64}"/, `"${'0'.repeat(64)}"`)),
    }));
    const report = await sync('no-base', [patient, observation({ status: 'final' })]);
    expect(report).toMatchObject({ skipped: 1, merged: 0, problemsByCode: { 'edited-here': 1 } });
    expect(await stored('Observation', 'no-base')).toMatchObject({ status: 'cancelled' });
  });

  test('an edit between reading and writing is not lost', async () => {
    await sync('race', [patient, observation()]);
    const before = await stored<Observation>('Observation', 'race');
    let [isEditing, isEdited] = [false, false];
    world.proxy.cut = (_method, _path, body) => {
      if (isEdited || !body.includes('"type":"transaction"') || !body.includes('"Observation"')) return undefined;
      if (!isEditing) {
        isEditing = true;
        const edited = { ...before, note: [{ text: 'just now' }] };
        const end = () => {
          isEdited = true;
        };
        world.medplum.updateResource<Observation>(edited).then(end, end);
      }
      return 'before-server';
    };
    expect(await sync('race', [patient, observation({ status: 'final' })])).toMatchObject({ updated: 1, merged: 1 });
    expect(await stored('Observation', 'race')).toMatchObject({ status: 'final', note: [{ text: 'just now' }] });
    expect(isEdited).toBe(true);
    world.proxy.cut = () => undefined;
  });
});

describe('an older export', () => {
  const at = (lastUpdated: string | undefined, status: string) =>
    observation({ status, ...(lastUpdated ? { meta: { lastUpdated } } : {}) });
  const load = (connection: string, line: object, retrieved: string) =>
    world.load(connection, [patient, line], { retrieved: new Date(retrieved) });

  test('does not overwrite what its source changed later, whenever it is loaded', async () => {
    await load('late', at('2026-02-01T00:00:00Z', 'final'), '2026-02-02T00:00:00Z');
    const { report } = await load('late', at('2026-01-01T00:00:00Z', 'preliminary'), '2026-03-01T00:00:00Z');
    expect(report).toMatchObject({ updated: 0, skipped: 1, problemsByCode: { 'older-than-stored': 1 } });
    expect(await stored('Observation', 'late')).toMatchObject({ status: 'final' });
    const { report: newer } = await load('late', at('2026-02-01T00:00:01Z', 'amended'), '2026-03-01T00:00:00Z');
    expect(newer).toMatchObject({ updated: 1 });
  });

  test('without times of the source, the one that was retrieved later stands', async () => {
    await load('untimed', at(undefined, 'final'), '2026-02-02T00:00:00Z');
    const { report } = await load('untimed', at(undefined, 'preliminary'), '2026-01-02T00:00:00Z');
    expect(report).toMatchObject({ skipped: 1, unchanged: 1, problemsByCode: { 'older-than-stored': 1 } });
    expect((await load('untimed', at(undefined, 'final'), '2026-01-02T00:00:00Z')).report).toMatchObject({
      unchanged: 2,
    });
    const { report: newer } = await load('untimed', at(undefined, 'amended'), '2026-02-02T00:00:00Z');
    expect(newer).toMatchObject({ updated: 1 });
  });
});
