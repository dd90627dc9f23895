import { randomUUID } from 'node:crypto';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { newSource, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said } from '../said.ts';

async function create(world: World, more: Partial<Patient> = {}) {
  return resourceOf<Patient>(await world.member.call('POST', 'Patient', patientOf(newSource(world), more)));
}

async function versionsOf({ member }: World, id: string): Promise<number | undefined> {
  return ((await member.call('GET', `Patient/${id}/_history`)).json as Bundle).total;
}

const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Ids, versions, meta, and what a single write is answered. */
export const writes = [
  likeness('a POST gets a UUID v4 of the server, whatever id it brings', ['201', true, false], async (world) => {
    const id = randomUUID();
    const answer = await world.member.call('POST', 'Patient', { ...patientOf(newSource(world)), id });
    const { id: given } = resourceOf<Patient>(answer);
    return [said(answer), V4.test(given), given === id];
  }),

  likeness('a POST whose id is no UUID is stored under one', ['201', true], async (world) => {
    const answer = await world.member.call('POST', 'Patient', { ...patientOf(newSource(world)), id: 'eXYZ' });
    return [said(answer), V4.test(resourceOf<Patient>(answer).id)];
  }),

  likeness('a PUT to an id that nobody has is 404', '404 Not found', async (world) => {
    const id = randomUUID();
    return said(await world.member.call('PUT', `Patient/${id}`, { ...patientOf(newSource(world)), id }));
  }),

  likeness('a PUT to an id that nobody has is 404 for an admin too', '404 Not found', async (world) => {
    const id = randomUUID();
    return said(await world.admin.call('PUT', `Patient/${id}`, { ...patientOf(newSource(world)), id }));
  }),

  likeness('a PUT to an id that is no UUID is 400', '400 Invalid id', async (world) =>
    said(await world.member.call('PUT', 'Patient/eXYZ', { ...patientOf(newSource(world)), id: 'eXYZ' })),
  ),

  likeness('a PUT whose body has another id is 400', '400 Incorrect resource ID', async (world) => {
    const { id } = await create(world);
    return said(await world.member.call('PUT', `Patient/${id}`, { ...patientOf('urn:x'), id: randomUUID() }));
  }),

  likeness('a PUT whose body has another type is 400', '400 Incorrect resource type', async (world) => {
    const { id } = await create(world);
    return said(await world.member.call('PUT', `Patient/${id}`, { resourceType: 'Basic', id, code: { text: 'x' } }));
  }),

  likeness(
    'a POST whose body has another type than the address is 400',
    '400 Incorrect resource type: expected Observation, but found Patient',
    async (world) => said(await world.member.call('POST', 'Observation', patientOf(newSource(world)))),
  ),

  likeness('an identical PUT is 200 and makes no version', ['200', true, 1], async (world) => {
    const patient = await create(world, { gender: 'male' });
    const answer = await world.member.call('PUT', `Patient/${patient.id}`, patient);
    const isSame = resourceOf<Patient>(answer).meta?.versionId === patient.meta?.versionId;
    return [said(answer), isSame, await versionsOf(world, patient.id)];
  }),

  likeness('a PUT without meta takes the source away and is a version', ['200', null, 2], async (world) => {
    const { id } = await create(world, { gender: 'male' });
    const answer = await world.member.call('PUT', `Patient/${id}`, { resourceType: 'Patient', id, gender: 'male' });
    return [said(answer), resourceOf<Patient>(answer).meta?.source ?? null, await versionsOf(world, id)];
  }),

  likeness('a stale If-Match is 412', '412 Precondition Failed', async (world) => {
    const patient = await create(world);
    const changed = { ...patient, gender: 'female' };
    await world.member.call('PUT', `Patient/${patient.id}`, changed);
    const ifMatch = { 'If-Match': `W/"${patient.meta?.versionId}"` };
    return said(await world.member.call('PUT', `Patient/${patient.id}`, { ...patient, active: true }, ifMatch));
  }),

  likeness('a fresh If-Match is 200', '200', async (world) => {
    const patient = await create(world);
    const ifMatch = { 'If-Match': `W/"${patient.meta?.versionId}"` };
    return said(await world.member.call('PUT', `Patient/${patient.id}`, { ...patient, active: true }, ifMatch));
  }),

  likeness('a PUT restores what was deleted, even with a stale If-Match', ['200', '200'], async (world) => {
    const answers: string[] = [];
    for (const headers of [{}, { 'If-Match': `W/"${randomUUID()}"` }]) {
      const { id } = await create(world);
      await world.member.call('DELETE', `Patient/${id}`);
      await world.member.call('PUT', `Patient/${id}`, { resourceType: 'Patient', id, active: true }, headers);
      answers.push(said(await world.member.call('GET', `Patient/${id}`)));
    }
    return answers;
  }),

  likeness('JSON Patch changes what it names', ['200', 'female', 2], async (world) => {
    const { id } = await create(world, { gender: 'male' });
    const patch = [{ op: 'replace', path: '/gender', value: 'female' }];
    const type = { 'Content-Type': 'application/json-patch+json' };
    const answer = await world.member.call('PATCH', `Patient/${id}`, patch, type);
    return [said(answer), resourceOf<Patient>(answer).gender, await versionsOf(world, id)];
  }),

  likeness('JSON Patch whose test fails is 400', '400', async (world) => {
    const { id } = await create(world, { gender: 'male' });
    const patch = [{ op: 'test', path: '/gender', value: 'female' }];
    const type = { 'Content-Type': 'application/json-patch+json' };
    return String((await world.member.call('PATCH', `Patient/${id}`, patch, type)).status);
  }),

  likeness(
    'a PATCH of what is not there is 404, of what is deleted 410',
    ['404 Not found', '410 Gone'],
    async (world) => {
      const patch = [{ op: 'add', path: '/active', value: true }];
      const type = { 'Content-Type': 'application/json-patch+json' };
      const { id } = await create(world);
      await world.member.call('DELETE', `Patient/${id}`);
      const answers = [randomUUID(), id].map((one) => world.member.call('PATCH', `Patient/${one}`, patch, type));
      return (await Promise.all(answers)).map(said);
    },
  ),

  likeness(
    'a create is answered with its headers',
    { status: 201, etag: true, location: true, lastModified: true, type: 'application/fhir+json; charset=utf-8' },
    async (world) => {
      const { status, headers, json } = await world.member.call('POST', 'Patient', patientOf(newSource(world)));
      const { id, meta } = json as Patient;
      return {
        status,
        etag: headers.get('ETag') === `W/"${meta?.versionId}"`,
        location: headers.get('Location')?.endsWith(`/fhir/R4/Patient/${id}`) ?? false,
        lastModified: headers.has('Last-Modified'),
        type: headers.get('Content-Type'),
      };
    },
  ),

  likeness('Prefer: return=minimal empties the answer to a create', ['201', '', true], async (world) => {
    const prefer = { Prefer: 'return=minimal' };
    const { status, text, headers } = await world.member.call('POST', 'Patient', patientOf(newSource(world)), prefer);
    return [String(status), text, headers.has('Location')];
  }),

  likeness(
    'source, tags, security, profile and extensions of meta are kept; version, time, author and project are not',
    { kept: ['extension', 'profile', 'security', 'source', 'tag'], version: false, time: false },
    async (world) => {
      const versionId = randomUUID();
      const meta = {
        versionId,
        lastUpdated: '2001-01-01T00:00:00Z',
        author: { reference: `Practitioner/${randomUUID()}` },
        project: randomUUID(),
        source: newSource(world),
        tag: [{ system: 'urn:likeness', code: 'tag' }],
        security: [{ system: 'urn:likeness', code: 'security' }],
        profile: ['http://example.com/StructureDefinition/nowhere'],
        extension: [{ url: 'http://example.com/extension', valueString: 'x' }],
      };
      const answer = await world.member.call('POST', 'Patient', { resourceType: 'Patient', meta });
      const stored = resourceOf<Patient>(await world.member.call('GET', `Patient/${resourceOf(answer).id}`)).meta ?? {};
      const kept = Object.keys(stored).filter((key) => key !== 'versionId' && key !== 'lastUpdated');
      return {
        kept: kept.toSorted(),
        version: stored.versionId === versionId,
        time: stored.lastUpdated === meta.lastUpdated,
      };
    },
  ),

  likeness(
    'X-Medplum: extended shows who wrote it, into which project and compartments',
    { author: true, project: true, compartment: ['<project>', '<self>'] },
    async (world) => {
      const { id } = await create(world);
      const extended = { 'X-Medplum': 'extended' };
      const { meta } = resourceOf<Patient>(await world.member.call('GET', `Patient/${id}`, undefined, extended));
      const names = new Map([
        [`Project/${world.member.projectId}`, '<project>'],
        [`Patient/${id}`, '<self>'],
      ]);
      return {
        author: meta?.author?.reference === `ClientApplication/${world.member.credentials.id}`,
        project: meta?.project === world.member.projectId,
        compartment: meta?.compartment?.map(({ reference = '' }) => names.get(reference) ?? reference).toSorted(),
      };
    },
  ),

  likeness(
    'meta.accounts puts a resource into a patient’s compartment, and a PUT without it takes it out',
    [true, false],
    async (world) => {
      const { id } = await create(world);
      const reference = `Patient/${id}`;
      const organization = { resourceType: 'Organization', name: 'x', meta: { source: newSource(world) } };
      const made = await world.member.call('POST', 'Organization', {
        ...organization,
        meta: { ...organization.meta, accounts: [{ reference }] },
      });
      const seen = async () => {
        const answer = await world.member.call(
          'GET',
          `Organization?_compartment=${reference}&_source=${organization.meta.source}`,
        );
        return ((answer.json as Bundle).entry ?? []).length === 1;
      };
      const before = await seen();
      const madeId = resourceOf(made).id;
      await world.member.call('PUT', `Organization/${madeId}`, { ...organization, id: madeId });
      return [before, await seen()];
    },
  ),

  likeness('an ordinary client may not act on behalf of another', '403 Forbidden', async (world) => {
    const { id } = await create(world);
    const headers = { 'X-Medplum-On-Behalf-Of': `Patient/${id}` };
    return said(await world.member.call('GET', `Patient/${id}`, undefined, headers));
  }),

  likeness('a body may be gzip or brotli', [201, 201], async (world) => {
    const text = JSON.stringify(patientOf(newSource(world)));
    const bodies = { gzip: gzipSync(text), br: brotliCompressSync(text) };
    const answers = Object.entries(bodies).map(([encoding, body]) =>
      world.member.call('POST', 'Patient', body, { 'Content-Encoding': encoding }),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  }),

  likeness('a body that is no JSON is 400', '400 Content could not be parsed', async ({ member }) =>
    said(await member.call('POST', 'Patient', '{')),
  ),

  likeness('a type that does not exist is 400', '400', async ({ member }) =>
    String((await member.call('POST', 'Nonsense', { resourceType: 'Nonsense' })).status),
  ),

  likeness(
    'a read of what is not there, of no UUID and of an unknown type',
    ['404 Not found', '404 Not found', '400 Unknown resource type'],
    async ({ member }) => {
      const paths = [`Patient/${randomUUID()}`, 'Patient/eXYZ', `Nonsense/${randomUUID()}`];
      return (await Promise.all(paths.map((path) => member.call('GET', path)))).map(said);
    },
  ),
] as const;
