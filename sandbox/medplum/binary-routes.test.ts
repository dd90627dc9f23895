import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Binary, Bundle, DocumentReference } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messageOf, type OpenSandbox, openSandbox } from './open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const pdf = { 'Content-Type': 'application/pdf' };

async function download(url: string, accept = '*/*'): Promise<Uint8Array> {
  const response = await fetch(url, {
    headers: { Authorization: `Bearer ${sandbox.medplum.getAccessToken()}`, Accept: accept },
  });
  return new Uint8Array(await response.arrayBuffer());
}

describe('a Binary', () => {
  test('of any size is streamed in and comes back byte for byte', async () => {
    const bytes = randomBytes(8 * 1_048_576);
    const answer = await sandbox.call('POST', 'Binary', bytes, pdf);
    expect(answer.status).toBe(201);
    const { id, contentType } = answer.json as Binary;
    expect(contentType).toBe('application/pdf');
    expect(sha256(await download(`${sandbox.server.baseUrl}fhir/R4/Binary/${id}`))).toBe(sha256(bytes));
  });

  test('is uploaded by an unmodified MedplumClient', async () => {
    const binary = await sandbox.medplum.createBinary({ data: 'hello', contentType: 'text/plain' });
    const blob = await sandbox.medplum.download(`Binary/${binary.id}`);
    expect(await blob.text()).toBe('hello');
  });

  test('may be sent compressed, and is stored as it was', async () => {
    const answer = await sandbox.call('POST', 'Binary', gzipSync('plain'), { ...pdf, 'Content-Encoding': 'gzip' });
    const { id } = answer.json as Binary;
    expect(Buffer.from(await download(`${sandbox.server.baseUrl}fhir/R4/Binary/${id}`)).toString()).toBe('plain');
  });

  test('read as FHIR JSON is the resource, with its security context', async () => {
    const context = { ...pdf, 'X-Security-Context': 'Patient/0' };
    const { id } = (await sandbox.call('POST', 'Binary', 'x', context)).json as Binary;
    const answer = await sandbox.call('GET', `Binary/${id}`, undefined, { Accept: 'application/fhir+json' });
    expect(answer.json).toMatchObject({ resourceType: 'Binary', id, securityContext: { reference: 'Patient/0' } });
  });

  test('is replaced by a PUT', async () => {
    const { id } = (await sandbox.call('POST', 'Binary', 'old', pdf)).json as Binary;
    expect((await sandbox.call('PUT', `Binary/${id}`, 'new', pdf)).status).toBe(200);
    expect(Buffer.from(await download(`${sandbox.server.baseUrl}fhir/R4/Binary/${id}`)).toString()).toBe('new');
  });

  test('as JSON with base64 data is stored, but not over 1 MB', async () => {
    const binary = (text: string): Binary => ({
      resourceType: 'Binary',
      contentType: 'text/plain',
      data: Buffer.from(text).toString('base64'),
    });
    const { id } = (await sandbox.call('POST', 'Binary', binary('small'))).json as Binary;
    expect(Buffer.from(await download(`${sandbox.server.baseUrl}fhir/R4/Binary/${id}`)).toString()).toBe('small');
    expect((await sandbox.call('POST', 'Binary', binary('x'.repeat(1_000_000)))).status).toBe(400);
  });

  test('with an executable type or name is refused', async () => {
    const type = await sandbox.call('POST', 'Binary', 'x', { 'Content-Type': 'application/x-msdownload' });
    expect([type.status, messageOf(type)]).toEqual([400, 'Invalid content type']);
    const name = await sandbox.call('POST', 'Binary?_filename=run.exe', 'x', pdf);
    expect([name.status, messageOf(name)]).toEqual([400, 'Invalid file extension']);
  });

  test('needs a token, for writing and for reading', async () => {
    const url = `${sandbox.server.baseUrl}fhir/R4/Binary`;
    expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(401);
    const { id } = (await sandbox.call('POST', 'Binary', 'x', pdf)).json as Binary;
    expect((await fetch(`${url}/${id}`)).status).toBe(401);
  });
});

describe('an attachment', () => {
  const document = (url: string): DocumentReference => ({
    resourceType: 'DocumentReference',
    status: 'current',
    content: [{ attachment: { contentType: 'application/pdf', url } }],
  });
  const linkOf = (resource: DocumentReference) => resource.content[0]?.attachment.url ?? '';

  test('reads as a presigned link that needs no token, and goes back as Binary/<id>', async () => {
    const { id } = (await sandbox.call('POST', 'Binary', 'bytes', pdf)).json as Binary;
    const created = await sandbox.medplum.createResource(document(`Binary/${id}`));
    expect(linkOf(created)).toContain(`${sandbox.server.baseUrl}storage/${id}/`);
    const response = await fetch(linkOf(created));
    expect([response.headers.get('Content-Type'), await response.text()]).toEqual(['application/pdf', 'bytes']);

    const again = await sandbox.medplum.updateResource(created);
    expect(again.meta?.versionId).toBe(created.meta?.versionId);
    const found = await sandbox.medplum.searchResources('DocumentReference', `_id=${created.id}`);
    expect(linkOf(found[0] ?? created)).toContain('/storage/');
  });

  test('of a Binary that is not there stays a reference', async () => {
    const url = `Binary/${crypto.randomUUID()}`;
    expect(linkOf(await sandbox.medplum.createResource(document(url)))).toBe(url);
  });

  test('may point at a Binary of the same bundle by urn:uuid', async () => {
    const fullUrl = `urn:uuid:${crypto.randomUUID()}`;
    const data = Buffer.from('inside').toString('base64');
    const bundle: Bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          fullUrl,
          request: { method: 'POST', url: 'Binary' },
          resource: { resourceType: 'Binary', contentType: 'text/plain', data },
        },
        { request: { method: 'POST', url: 'DocumentReference' }, resource: document(fullUrl) },
      ],
    };
    const reply = await sandbox.medplum.executeBatch(bundle);
    const link = linkOf(reply.entry?.[1]?.resource as DocumentReference);
    expect(await fetch(link).then((r) => r.text())).toBe('inside');
  });

  test('link that was tampered with is 401, an old one 410', async () => {
    const { id } = (await sandbox.call('POST', 'Binary', 'bytes', pdf)).json as Binary;
    const link = new URL(linkOf(await sandbox.medplum.createResource(document(`Binary/${id}`))));
    const forged = new URL(link);
    forged.searchParams.set('Signature', 'x');
    expect((await fetch(forged)).status).toBe(401);
    const old = new URL(link);
    old.searchParams.set('Expires', '1');
    expect((await fetch(old)).status).toBe(410);
  });
});
