import { randomBytes, randomUUID } from 'node:crypto';
import type { Attachment, DiagnosticReport, Observation } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SOURCE_TEXT_EXTENSION } from '../../contract/identifiers.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { importFile } from '../import-file.ts';
import { verifyImport } from '../ledger/verify-import.ts';

let world: ImportWorld;
let connection: string;
beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  connection = `c-${randomUUID()}`;
});

async function load(lines: readonly SourceLine[]) {
  return (await importFile(world.medplum, { file: await world.writeFile(lines), connection })).report;
}

async function bytesOf(attachment: Attachment | undefined): Promise<Buffer> {
  const id = /(?:Binary|storage)\/([0-9a-f-]{36})/.exec(attachment?.url ?? '')?.[1] ?? '';
  const blob = await world.medplum.download(world.medplum.fhirUrl('Binary', id));
  return Buffer.from(await blob.arrayBuffer());
}

async function findings() {
  return (await verifyImport(world.medplum, { namespace: connection })).findings;
}

test('inline documents of megabytes are uploaded, wherever the type stands, and known again the next time', async () => {
  const [scan, image] = [randomBytes(2_000_000), randomBytes(60_000)];
  const line = {
    presentedForm: [
      { contentType: 'application/pdf', data: scan.toString('base64'), title: 'Scan' },
      { contentType: 'image/png', data: image.toString('base64').replace(/\//g, '\\/') },
    ],
    conclusion: 'c'.repeat(50_000),
    status: 'final',
    code: { text: 'x' },
    id: 'r',
    resourceType: 'DiagnosticReport',
  };
  // Some writers escape the slash, which is common in base64.
  const text = JSON.stringify(line).replaceAll('\\\\/', '\\/');
  expect(await load([text])).toMatchObject({ created: 1, quarantined: 0 });
  const [stored] = await world.stored<DiagnosticReport>('DiagnosticReport', connection);
  const [first, second] = stored?.presentedForm ?? [];
  expect((await bytesOf(first)).equals(scan)).toBe(true);
  expect((await bytesOf(second)).equals(image)).toBe(true);
  expect(first).toMatchObject({ contentType: 'application/pdf', title: 'Scan' });
  expect([first?.data, second?.data]).toEqual([undefined, undefined]);
  expect(stored?.conclusion).toBe(line.conclusion);
  expect(await load([text])).toMatchObject({ unchanged: 1, created: 0, updated: 0 });
  // The same said in a shorter line is the same resource.
  expect(await load([text, '{}'])).toMatchObject({ unchanged: 1, quarantined: 1 });
  expect(await findings()).toEqual([]);
});

test('a text longer than a FHIR string may be becomes a document that the resource names; the rest stays', async () => {
  const [long, narrative] = [
    'ä'.repeat(1_100_000),
    `<div xmlns="http://www.w3.org/1999/xhtml">${'n'.repeat(1_100_000)}</div>`,
  ];
  const line = {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    text: { status: 'additional', div: narrative },
    code: { text: 'x' },
    note: [{ text: 'short' }, { text: long, time: '2024-01-01' }],
  };
  const report = await load([line]);
  expect(report).toMatchObject({ created: 1, quarantined: 0 });
  expect(report.repairsByRule).toMatchObject({ 'long-text-to-document': 2 });
  const [stored] = await world.stored<Observation>('Observation', connection);
  const texts = (stored?.extension ?? []).filter(({ url }) => url === SOURCE_TEXT_EXTENSION);
  expect(texts.map(({ valueAttachment }) => valueAttachment?.title)).toEqual([
    'Observation.text.div',
    'Observation.note[1].text',
  ]);
  expect((await bytesOf(texts[0]?.valueAttachment)).toString() === narrative).toBe(true);
  expect((await bytesOf(texts[1]?.valueAttachment)).toString() === long).toBe(true);
  expect(stored?.note?.[0]?.text).toBe('short');
  expect(stored?.note?.[1]).toMatchObject({ time: '2024-01-01' });
  expect(JSON.stringify(stored)).toContain('additional');
  expect(await load([line])).toMatchObject({ unchanged: 1 });
  expect(await load([line, '{}'])).toMatchObject({ unchanged: 1 });
  expect(await findings()).toEqual([]);
});

test('long data that is no base64 is kept as the text that it is', async () => {
  const data = `not base64! ${'?'.repeat(1_100_000)}`;
  const attachment = { contentType: 'text/plain', data };
  const line = { resourceType: 'DocumentReference', id: 'd', status: 'current', content: [{ attachment }] };
  expect(await load([line])).toMatchObject({ created: 1 });
  const [stored] = await world.stored('DocumentReference', connection);
  const [text] = (stored as Observation).extension ?? [];
  expect(text?.valueAttachment?.title).toBe('DocumentReference.content[0].attachment.data');
  expect((await bytesOf(text?.valueAttachment)).toString() === data).toBe(true);
});

test('long data below a property that FHIR does not know becomes a document too', async () => {
  const form = { data: randomBytes(1_200_000).toString('base64') };
  const line = { resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' }, presentedForm: [form] };
  const report = await load([line]);
  expect([report.created, report.quarantined]).toEqual([1, 0]);
  const [stored] = await world.stored<Observation>('Observation', connection);
  const [text] = (stored?.extension ?? []).filter(({ url }) => url === SOURCE_TEXT_EXTENSION);
  expect(text?.valueAttachment?.title).toBe('Observation.presentedForm[0].data');
});
