import { createHash, randomBytes } from 'node:crypto';
import type { Binary, DiagnosticReport, DocumentReference, Media } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SOURCE_DOCUMENT_EXTENSION, SOURCE_URL_EXTENSION } from '../../contract/identifiers.ts';
import { type ImportWorld, startImportWorld } from '../../test/import-world.ts';
import type { UploadJournal } from './documents.ts';

let world: ImportWorld;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());

const PDF = randomBytes(5000);

function binary(id: string, bytes: Buffer, more: object = {}) {
  return {
    data: bytes.toString('base64'),
    contentType: 'application/pdf; qs=0.001',
    id,
    resourceType: 'Binary',
    ...more,
  };
}

function note(id: string, attachment: object, more: object = {}) {
  return { resourceType: 'DocumentReference', id, status: 'current', content: [{ attachment }], ...more };
}

/** The bytes that an attachment's URL, as the server gives it, leads to. */
async function bytesOf(url: string | undefined): Promise<Buffer> {
  const id = /(?:Binary|storage)\/([0-9a-f-]{36})/.exec(url ?? '')?.[1] ?? '';
  const blob = await world.medplum.download(world.medplum.fhirUrl('Binary', id));
  return Buffer.from(await blob.arrayBuffer());
}

async function storedNote(namespace: string): Promise<DocumentReference> {
  const [stored] = await world.stored<DocumentReference>('DocumentReference', namespace);
  return stored as DocumentReference;
}

describe('an attachment that names a Binary of the export', () => {
  const url = 'https://ehr.example.test/documents/17?format=pdf';
  const forms: [string, object, string][] = [
    ['relative', binary('b1', PDF), 'Binary/b1'],
    ['absolute', binary('b1', PDF), 'https://ehr.example.test/fhir/Binary/b1'],
    ['by the URL in meta.source', binary('x', PDF, { meta: { source: url } }), url],
    ['by a URL that is the id in base64', binary(Buffer.from(url).toString('base64'), PDF), url],
    [
      'relative where the request was absolute',
      binary('y', PDF, { meta: { source: 'https://e.test/r4/Binary/z' } }),
      'Binary/z',
    ],
    [
      'relative and made when it was asked for',
      binary('v', PDF, { meta: { source: 'https://e.test/r4/Binary/$autogen-ccd-if?patient=1' } }),
      'Binary/$autogen-ccd-if?patient=1',
    ],
  ];

  test.each(forms)('%s, leads to its bytes', async (form, line, text) => {
    const namespace = `form-${form.replaceAll(' ', '-')}`;
    const { report } = await world.load(namespace, [line, note('d', { contentType: 'application/pdf', url: text })]);
    expect(report).toMatchObject({ lines: 2, created: 2, quarantined: 0 });
    const attachment = (await storedNote(namespace)).content[0]?.attachment;
    expect((await bytesOf(attachment?.url)).equals(PDF)).toBe(true);
    const ours = attachment?.extension?.find((extension) => extension.url === SOURCE_DOCUMENT_EXTENSION)?.extension;
    expect(Object.fromEntries((ours ?? []).map((part) => [part.url, part.valueString]))).toEqual({
      sha256: createHash('sha256').update(PDF).digest('hex'),
      url: text,
    });

    const again = await world.load(namespace, [line, note('d', { contentType: 'application/pdf', url: text })]);
    expect(again.report).toMatchObject({ unchanged: 2, created: 0, updated: 0 });
  });

  test('is the same content after a change elsewhere in its carrier, which is no edit of ours', async () => {
    const lines = (description: string) => [binary('b', PDF), note('d', { url: 'Binary/b' }, { description })];
    await world.load('carrier-changed', lines('draft'));
    const { report } = await world.load('carrier-changed', lines('final'));
    expect(report).toMatchObject({ updated: 1, skipped: 0 });
    const stored = await storedNote('carrier-changed');
    expect(stored.description).toBe('final');
    expect((await bytesOf(stored.content[0]?.attachment.url)).equals(PDF)).toBe(true);
  });
});

test('equal bytes under two ids are stored once', async () => {
  const lines = [
    binary('b1', PDF),
    binary('b2', PDF),
    note('d1', { url: 'Binary/b1' }),
    {
      resourceType: 'DiagnosticReport',
      id: 'r',
      status: 'final',
      code: { text: 'x' },
      presentedForm: [{ url: 'Binary/b2' }],
    },
  ];
  const { report } = await world.load('equal', lines);
  expect(report.created).toBe(4);
  const [result] = await world.stored<DiagnosticReport>('DiagnosticReport', 'equal');
  const idOf = (url: string | undefined) => /([0-9a-f-]{36})/.exec(url ?? '')?.[1];
  expect(idOf(result?.presentedForm?.[0]?.url)).toBe(idOf((await storedNote('equal')).content[0]?.attachment.url));
});

test('a Binary that nothing refers to is found by a DocumentReference of its own, once', async () => {
  const lines = [{ resourceType: 'Patient', id: 'p' }, binary('a+b/c=', PDF)];
  const { report, patient } = await world.load('alone', lines);
  expect(report).toMatchObject({ created: 2, storedByType: { Patient: 1, Binary: 1 } });
  const stored = await storedNote('alone');
  expect(stored.meta?.source).toMatch(/#Binary\/a%2Bb%2Fc%3D$/);
  expect(stored).toMatchObject({ status: 'current', subject: { reference: patient } });
  expect((await bytesOf(stored.content[0]?.attachment.url)).equals(PDF)).toBe(true);
  expect((await world.load('alone', lines)).report).toMatchObject({ unchanged: 2, created: 0 });
  expect(await world.stored('DocumentReference', 'alone')).toHaveLength(1);
});

test('a Binary whose only carrier cannot be loaded still gets one', async () => {
  const broken = note('d', { url: 'Binary/b' }, { constructor: 'nobody' });
  const { report } = await world.load('carrier-broken', [binary('b', PDF), broken]);
  expect(report).toMatchObject({ created: 1, quarantined: 1 });
  expect((await bytesOf((await storedNote('carrier-broken')).content[0]?.attachment.url)).equals(PDF)).toBe(true);
});

test('data inside an attachment is moved out when it is large, and left when it is small', async () => {
  const large = randomBytes(60_000);
  const media = { resourceType: 'Media', status: 'completed', content: { contentType: 'image/png', data: '' } };
  const lines = [
    { ...media, id: 'large', content: { ...media.content, data: large.toString('base64') } },
    { ...media, id: 'small', content: { ...media.content, data: 'QUJD' } },
  ];
  await world.load('inline', lines);
  const stored = await world.stored<Media>('Media', 'inline');
  const contents = stored.map(({ content }) => content);
  expect(contents.find(({ data }) => data)?.data).toBe('QUJD');
  const moved = contents.find(({ data }) => !data);
  expect((await bytesOf(moved?.url)).equals(large)).toBe(true);
  expect((await world.load('inline', lines)).report).toMatchObject({ unchanged: 2 });
});

test.each([
  ['little', 'QUJD'],
  ['much', randomBytes(60_000).toString('base64')],
])('what stands in an attachment beside the URL of other bytes is kept, and so are those: %s', async (size, data) => {
  const namespace = `beside-${size}`;
  const lines = [binary('b', PDF), note('d', { contentType: 'text/plain', url: 'Binary/b', data })];
  await world.load(namespace, lines);
  const stored = await world.stored<DocumentReference>('DocumentReference', namespace);
  const bytes = stored.map(async ({ content: [{ attachment } = { attachment: {} }] }) =>
    attachment.data ? Buffer.from(attachment.data, 'base64') : bytesOf(attachment.url),
  );
  const wanted = [PDF, Buffer.from(data, 'base64')].map((one) => one.toString('hex')).toSorted();
  expect((await Promise.all(bytes)).map((one) => one.toString('hex')).toSorted()).toEqual(wanted);
  expect((await world.load(namespace, lines)).report).toMatchObject({ unchanged: 2, created: 0, updated: 0 });
});

test('an attachment in an extension is one like any other', async () => {
  const extension = [
    { url: 'https://e.test/signed', valueAttachment: { url: 'Binary/b' } },
    { url: 'https://e.test/both', extension: [{ url: 'far', valueAttachment: { url: 'https://e.test/scan/1' } }] },
  ];
  await world.load('extension', [binary('b', PDF), note('d', { title: 'Letter' }, { extension })]);
  const [near, far] = (await storedNote('extension')).extension ?? [];
  expect((await bytesOf(near?.valueAttachment?.url)).equals(PDF)).toBe(true);
  expect(far?.extension?.[0]?.valueAttachment).toEqual({
    extension: [{ url: SOURCE_URL_EXTENSION, valueString: 'https://e.test/scan/1' }],
  });
  expect(await world.stored('DocumentReference', 'extension')).toHaveLength(1);
});

test("another bridge's mark of where its bytes are is not taken for one of ours", async () => {
  const mark = { url: SOURCE_DOCUMENT_EXTENSION, extension: [{ url: 'sha256', valueString: 'a'.repeat(64) }] };
  const own = { url: 'https://e.test/pages', valueInteger: 3 };
  const lines = (description: string) => [
    binary('b', PDF),
    note('d', { url: 'Binary/b', extension: [mark, own] }, { description }),
    note('far', { url: 'https://storage.e.test/1', extension: [mark] }, { description }),
  ];
  await world.load('foreign-mark', lines('draft'));
  const { report } = await world.load('foreign-mark', lines('final'));
  expect(report).toMatchObject({ updated: 2, merged: 0, skipped: 0 });
  const [stored] = (await world.stored<DocumentReference>('DocumentReference', 'foreign-mark')).filter(({ meta }) =>
    meta?.source?.endsWith('/d'),
  );
  const attachment = stored?.content[0]?.attachment;
  expect((await bytesOf(attachment?.url)).equals(PDF)).toBe(true);
  expect(attachment?.extension?.map(({ url }) => url)).toEqual([own.url, SOURCE_DOCUMENT_EXTENSION]);
});

test('a URL that leads out of the export is parked: the server would fetch it', async () => {
  await world.load('foreign', [note('d', { url: 'https://ehr.example.test/documents/1', title: 'Letter' })]);
  expect((await storedNote('foreign')).content[0]?.attachment).toEqual({
    title: 'Letter',
    extension: [{ url: SOURCE_URL_EXTENSION, valueString: 'https://ehr.example.test/documents/1' }],
  });
});

test('a Binary line of many megabytes is stored byte by byte, its type after its data', async () => {
  const bytes = randomBytes(9_000_000);
  const line = `{"data":"${bytes.toString('base64')}","contentType":"application/dicom","id":"big","resourceType":"Binary"}`;
  const { report } = await world.load('big', [line, note('d', { url: 'Binary/big' })]);
  expect(report).toMatchObject({ created: 2 });
  expect((await bytesOf((await storedNote('big')).content[0]?.attachment.url)).equals(bytes)).toBe(true);
});

test.each([
  ['without data', { resourceType: 'Binary', id: 'b', contentType: 'text/plain' }, 'skipped', 'empty-document'],
  [
    'whose data is no base64',
    { resourceType: 'Binary', id: 'b', contentType: 'text/html', data: '<html>' },
    'quarantined',
    'invalid-base64',
  ],
])('a Binary %s is named', async (name, line, disposition, code) => {
  const { report } = await world.load(`bad-${name.replaceAll(' ', '-')}`, [line]);
  expect(report).toMatchObject({ [disposition]: 1, problemsByCode: { [code]: 1 } });
});

test('an upload that the journal knows is not made again', async () => {
  const known = new Map<string, string>();
  const journal: UploadJournal = {
    find: async (sha256) => known.get(sha256),
    add: async (sha256, id) => void known.set(sha256, id),
  };
  let uploads = 0;
  world.proxy.cut = (method, path) => {
    if (method === 'POST' && path.includes('/Binary')) uploads++;
    return undefined;
  };
  const lines = (id: string) => [binary(id, PDF), note(`d-${id}`, { url: `Binary/${id}` })];
  await world.load('journal', lines('b1'), { journal });
  await world.load('journal', lines('b2'), { journal });
  const [[sha256, id] = ['', '']] = known;
  await world.medplum.deleteResource('Binary', id);
  await world.load('journal', lines('b3'), { journal });
  world.proxy.cut = () => undefined;
  expect(uploads).toBe(2);
  expect(known.get(sha256)).not.toBe(id);
  expect(await world.medplum.readResource('Binary', known.get(sha256) ?? '')).toMatchObject<Partial<Binary>>({
    contentType: 'application/pdf',
  });
});
