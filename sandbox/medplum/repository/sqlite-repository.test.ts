import { isUUID } from '@medplum/core';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seed } from '../../seed.ts';
import { CLIENT, messageOf, type OpenSandbox, openSandbox, signIn } from '../open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

const patient = (more: Partial<Patient> = {}): Patient => ({ resourceType: 'Patient', ...more });

describe('ids', () => {
  test('a create gets a UUID of the server, whatever id the client sent', async () => {
    const created = await sandbox.medplum.createResource(patient({ id: 'eXYZ' }));
    expect(created.id).not.toBe('eXYZ');
    expect(isUUID(created.id)).toBe(true);
  });

  test('a PUT to an unknown uuid is 404 for an ordinary client', async () => {
    const id = crypto.randomUUID();
    expect((await sandbox.call('PUT', `Patient/${id}`, patient({ id }))).status).toBe(404);
  });

  test('an id that is no UUID is 400 Invalid id', async () => {
    const answer = await sandbox.call('PUT', 'Patient/eXYZ', patient({ id: 'eXYZ' }));
    expect([answer.status, messageOf(answer)]).toEqual([400, 'Invalid id']);
  });

  test('a body whose id is not the one of the URL is 400', async () => {
    const { id } = await sandbox.medplum.createResource(patient());
    const answer = await sandbox.call('PUT', `Patient/${id}`, patient({ id: crypto.randomUUID() }));
    expect([answer.status, messageOf(answer)]).toEqual([400, 'Incorrect resource ID']);
  });

  test('a client of another project sees nothing of ours', async () => {
    const { id } = await sandbox.medplum.createResource(patient());
    const stranger = await signIn(sandbox.server.baseUrl, CLIENT.withoutTransactions);
    await expect(stranger.readResource('Patient', id)).rejects.toThrow('Not found');
    expect(await stranger.searchResources('Patient', `_id=${id}`)).toHaveLength(0);
  });
});

test('who belongs to the project is not for ordinary clients', async () => {
  const membership = { resourceType: 'ProjectMembership', project: {}, user: {}, profile: {} };
  expect((await sandbox.call('POST', 'ProjectMembership', membership)).status).toBe(403);
  for (const type of ['ProjectMembership', 'User', 'Login']) expect((await sandbox.call('GET', type)).status).toBe(403);
});

describe('versions', () => {
  test('update, vread and history show every version, newest first', async () => {
    const first = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    const second = await sandbox.medplum.updateResource({ ...first, gender: 'female' });
    const history = await sandbox.medplum.readHistory('Patient', first.id);
    expect(history.total).toBe(2);
    expect(history.entry?.map((e) => e.resource?.meta?.versionId)).toEqual([
      second.meta?.versionId,
      first.meta?.versionId,
    ]);
    const old = await sandbox.medplum.readVersion('Patient', first.id, first.meta?.versionId ?? '');
    expect((old as Patient).gender).toBe('male');
  });

  test('an identical PUT answers 200 with the old version and makes none', async () => {
    const created = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    const answer = await sandbox.call('PUT', `Patient/${created.id}`, created);
    expect(answer.status).toBe(200);
    expect((answer.json as Patient).meta?.versionId).toBe(created.meta?.versionId);
    expect((await sandbox.medplum.readHistory('Patient', created.id)).total).toBe(1);
  });

  test('an identical PUT by another client makes no version either', async () => {
    const created = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    const other = await signIn(sandbox.server.baseUrl, CLIENT.bridge);
    const same = await other.updateResource(patient({ id: created.id, gender: 'male' }));
    expect(same.meta?.versionId).toBe(created.meta?.versionId);
  });

  test('a stale If-Match is 412, the right one passes', async () => {
    const created = await sandbox.medplum.createResource(patient());
    const put = (versionId: string | undefined, gender: Patient['gender'] & string) =>
      sandbox.call('PUT', `Patient/${created.id}`, patient({ id: created.id, gender }), {
        'If-Match': `W/"${versionId}"`,
      });
    expect((await put(created.meta?.versionId, 'male')).status).toBe(200);
    expect((await put(created.meta?.versionId, 'female')).status).toBe(412);
  });

  test('the server owns versionId, lastUpdated, author and project; the client the rest of meta', async () => {
    const extension = [{ url: 'http://example.com/kept', valueString: 'from the source' }];
    const created = await sandbox.medplum.createResource(
      patient({
        meta: {
          source: 'urn:kept',
          versionId: 'mine',
          lastUpdated: '2001-01-01T00:00:00Z',
          author: { reference: 'Practitioner/me' },
          project: crypto.randomUUID(),
          tag: [{ system: 's', code: 't' }],
          security: [{ system: 's', code: 'x' }],
          profile: ['http://example.com/profile'],
          extension,
        },
      }),
    );
    const answer = await sandbox.call('GET', `Patient/${created.id}`);
    const { meta } = answer.json as Patient;
    expect(meta).toMatchObject({
      source: 'urn:kept',
      tag: [{ code: 't' }],
      security: [{ code: 'x' }],
      profile: ['http://example.com/profile'],
      extension,
    });
    expect(meta?.versionId).not.toBe('mine');
    expect(meta?.lastUpdated).not.toContain('2001');
    expect(meta?.author).toBeUndefined();
    const extended = await sandbox.call('GET', `Patient/${created.id}`, undefined, { 'X-Medplum': 'extended' });
    expect((extended.json as Patient).meta?.author?.display).toBe(seed.clients[CLIENT.other]?.name);
  });

  test('ETag, Last-Modified and Location come with a create', async () => {
    const { headers, json } = await sandbox.call('POST', 'Patient', patient());
    const { id, meta } = json as Patient;
    expect(headers.get('ETag')).toBe(`W/"${meta?.versionId}"`);
    expect(headers.get('Location')).toBe(`${sandbox.server.baseUrl}fhir/R4/Patient/${id}`);
    expect(headers.get('Last-Modified')).toBeTruthy();
  });
});

describe('delete', () => {
  test('afterwards a read is 410, a search finds nothing, history still tells the content', async () => {
    const created = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    await sandbox.medplum.deleteResource('Patient', created.id);
    expect((await sandbox.call('GET', `Patient/${created.id}`)).status).toBe(410);
    expect(await sandbox.medplum.searchResources('Patient', `_id=${created.id}`)).toHaveLength(0);
    const history = (await sandbox.call('GET', `Patient/${created.id}/_history`)).json as Bundle<Patient>;
    expect(history.entry?.map((e) => e.response?.status)).toEqual(['410', '200']);
    expect(history.entry?.[1]?.resource?.gender).toBe('male');
    expect((await sandbox.call('DELETE', `Patient/${created.id}`)).status).toBe(200);
  });

  test('a PUT restores a deleted resource, even with a stale If-Match', async () => {
    const created = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    await sandbox.medplum.deleteResource('Patient', created.id);
    const stale = { 'If-Match': `W/"${crypto.randomUUID()}"` };
    const answer = await sandbox.call('PUT', `Patient/${created.id}`, patient({ id: created.id }), stale);
    expect(answer.status).toBe(200);
    expect(await sandbox.medplum.searchResources('Patient', `_id=${created.id}`)).toHaveLength(1);
  });

  test('twenty at once delete once', async () => {
    const { id } = await sandbox.medplum.createResource(patient());
    const answers = await Promise.all(Array.from({ length: 20 }, () => sandbox.call('DELETE', `Patient/${id}`)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const history = (await sandbox.call('GET', `Patient/${id}/_history`)).json as Bundle;
    expect(history.total).toBe(2);
  });

  test('a PATCH of a deleted resource is 410', async () => {
    const { id } = await sandbox.medplum.createResource(patient());
    await sandbox.medplum.deleteResource('Patient', id);
    const patch = [{ op: 'add', path: '/gender', value: 'male' }];
    expect((await sandbox.call('PATCH', `Patient/${id}`, patch)).status).toBe(410);
  });
});

describe('patch', () => {
  test('JSON Patch changes one element and makes a version', async () => {
    const created = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    const patched = await sandbox.medplum.patchResource('Patient', created.id, [
      { op: 'replace', path: '/gender', value: 'female' },
    ]);
    expect(patched.gender).toBe('female');
    expect(patched.meta?.versionId).not.toBe(created.meta?.versionId);
  });

  test('a patch that tests something untrue is 400', async () => {
    const { id } = await sandbox.medplum.createResource(patient({ gender: 'male' }));
    const patch = [{ op: 'test', path: '/gender', value: 'female' }];
    expect((await sandbox.call('PATCH', `Patient/${id}`, patch)).status).toBe(400);
  });
});

describe('conditional writes', () => {
  const identified = (value: string, more: Partial<Patient> = {}) =>
    patient({ identifier: [{ system: 'urn:c', value }], ...more });

  test('If-None-Exist creates once and answers the same resource again', async () => {
    const query = { 'If-None-Exist': 'identifier=urn:c|once' };
    const first = await sandbox.call('POST', 'Patient', identified('once'), query);
    const second = await sandbox.call('POST', 'Patient', identified('once'), query);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect((second.json as Patient).id).toBe((first.json as Patient).id);
  });

  test('more than one match is 412', async () => {
    await sandbox.medplum.createResource(identified('twice'));
    await sandbox.medplum.createResource(identified('twice'));
    const query = { 'If-None-Exist': 'identifier=urn:c|twice' };
    expect((await sandbox.call('POST', 'Patient', identified('twice'), query)).status).toBe(412);
    expect((await sandbox.call('PUT', 'Patient?identifier=urn:c|twice', identified('twice'))).status).toBe(412);
    expect((await sandbox.call('DELETE', 'Patient?identifier=urn:c|twice')).status).toBe(412);
  });

  test('a conditional update creates, then updates; a conditional delete deletes', async () => {
    const url = 'Patient?identifier=urn:c|upsert';
    const first = await sandbox.call('PUT', url, identified('upsert'));
    const second = await sandbox.call('PUT', url, identified('upsert', { gender: 'male' }));
    expect([first.status, second.status]).toEqual([201, 200]);
    expect((second.json as Patient).id).toBe((first.json as Patient).id);
    expect((await sandbox.call('DELETE', url)).status).toBe(200);
    expect((await sandbox.call('GET', `Patient/${(first.json as Patient).id}`)).status).toBe(410);
  });

  test('a conditional reference is resolved, or refused when it finds nothing', async () => {
    const { id } = await sandbox.medplum.createResource(identified('target'));
    const coverage = (reference: string) => ({
      resourceType: 'Basic',
      code: { text: 'x' },
      subject: { reference },
    });
    const found = await sandbox.call('POST', 'Basic', coverage('Patient?identifier=urn:c|target'));
    expect(found.json).toMatchObject({ subject: { reference: `Patient/${id}` } });
    const missing = await sandbox.call('POST', 'Basic', coverage('Patient?identifier=urn:c|nobody'));
    expect(missing.status).toBe(400);
    expect(messageOf(missing)).toContain('did not match any resources');
  });
});
