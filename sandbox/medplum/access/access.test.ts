import type {
  AccessPolicy,
  AccessPolicyResource,
  Bundle,
  Observation,
  Organization,
  Patient,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seed } from '../../seed.ts';
import { type Answer, bundleOf, type OpenSandbox, openSandbox, openWith, statusesOf } from '../open-sandbox.ts';

const MINE = '7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a002';
const CRITERIA = '_compartment=%patient';
const PROJECT = seed.projects[0]?.id ?? '';

/** Policies by name; each becomes a client of its own. */
const policies: Record<string, AccessPolicyResource[]> = {
  readTypes: ['Observation' as const, 'Patient' as const].map((resourceType) => {
    return { resourceType, criteria: `${resourceType}?${CRITERIA}`, readonly: true };
  }),
  writeTypes: [
    { resourceType: 'Observation', criteria: `Observation?${CRITERIA}` },
    { resourceType: 'Patient', criteria: `Patient?${CRITERIA}`, readonly: true },
    { resourceType: 'Binary', readonly: true },
  ],
  readAll: [{ resourceType: '*', criteria: `*?${CRITERIA}`, readonly: true }],
  writeAll: [{ resourceType: '*', criteria: `*?${CRITERIA}` }],
  interactions: [
    { resourceType: 'Observation', interaction: ['create', 'read'] },
    { resourceType: 'Organization', interaction: ['search', 'read', 'vread', 'delete'] },
  ],
  fields: [
    {
      resourceType: 'Patient',
      hiddenFields: ['birthDate', 'name.family'],
      readonlyFields: ['active', 'identifier.value'],
    },
    { resourceType: 'Observation', hiddenFields: ['value[x]'] },
  ],
  constrained: [
    {
      resourceType: 'Patient',
      writeConstraint: [
        {
          language: 'text/fhirpath',
          expression: '%before.active = false implies %after.active = false or %before.empty()',
        },
      ],
    },
  ],
};

const names = Object.keys(policies);
const idOf = (name: string, kind: number) => `0ace55ed-0000-4000-8000-${kind}000000000${names.indexOf(name) + 10}`;
const clients = names.map((name) => ({
  id: idOf(name, 1),
  membershipId: idOf(name, 2),
  secret: 'secret',
  name,
  projectId: PROJECT,
  access: [
    {
      policy: { reference: `AccessPolicy/${idOf(name, 3)}` },
      parameter: [{ name: 'patient', valueReference: { reference: `Patient/${MINE}` } }],
    },
  ],
}));
const administrator = {
  id: crypto.randomUUID(),
  membershipId: crypto.randomUUID(),
  secret: 'secret',
  name: 'Administrator',
  projectId: PROJECT,
  admin: true,
};
const stored = names.map((name): AccessPolicy & { id: string } => {
  return { resourceType: 'AccessPolicy', id: idOf(name, 3), name, resource: policies[name] ?? [] };
});

let sandbox: OpenSandbox;
let other: string;

beforeAll(async () => {
  sandbox = await openSandbox({
    seed: {
      ...seed,
      clients: [...seed.clients, ...clients, administrator],
      policies: stored,
      users: seed.users.map((user) => ({ ...user, access: [] })),
    },
  });
  other = (await sandbox.medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Other' }] })).id;
});
afterAll(() => sandbox.close());

function observation(patient: string, more: Partial<Observation> = {}): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    subject: { reference: `Patient/${patient}` },
    ...more,
  };
}

const create = (patient: string) => sandbox.medplum.createResource(observation(patient));

/** One of mine, one of the other's, and one of each that is deleted. */
async function fixtures() {
  const [mine, theirs, goneMine, goneTheirs] = [
    await create(MINE),
    await create(other),
    await create(MINE),
    await create(other),
  ];
  await sandbox.medplum.deleteResource('Observation', goneMine.id);
  await sandbox.medplum.deleteResource('Observation', goneTheirs.id);
  return { mine, theirs, goneMine, goneTheirs };
}

const as = (name: string) => openWith(sandbox.server.baseUrl, clients[names.indexOf(name)]);
const count = (answer: Answer) => (answer.json as Bundle).entry?.length ?? 0;

/** What a Medplum 5.0.10 server answered to these very requests, policy by policy. */
const REAL = {
  readTypes: {
    reads: [200, 404, 404, 404, 404, 404],
    histories: [200, 404, 404, 404],
    versions: [200, 404],
    elsewhere: [403, 403, 403],
    puts: [403, 403, 403, 403, 403, 403],
    patches: [403, 404],
    posts: [403, 403, 403, 403],
    deletes: [403, 404, 404, 404],
    batch: ['200', '404', '403', '200', '403'],
  },
  writeTypes: {
    reads: [200, 404, 404, 404, 404, 404],
    histories: [200, 404, 404, 404],
    versions: [200, 404],
    elsewhere: [403, 403, 200],
    puts: [200, 403, 404, 404, 404, 404],
    patches: [200, 404],
    posts: [201, 403, 403, 400],
    deletes: [200, 404, 404, 404],
    batch: ['200', '404', '403', '200', '403'],
  },
  readAll: {
    reads: [200, 404, 404, 404, 404, 404],
    histories: [403, 404, 404, 404],
    versions: [403, 404],
    elsewhere: [404, 200, 200],
    puts: [403, 403, 403, 403, 403, 403],
    patches: [403, 404],
    posts: [403, 403, 403, 403],
    deletes: [403, 404, 404, 404],
    batch: ['200', '404', '404', '200', '403'],
  },
  writeAll: {
    reads: [200, 404, 404, 404, 404, 404],
    histories: [403, 404, 404, 404],
    versions: [403, 404],
    elsewhere: [404, 200, 200],
    puts: [403, 403, 404, 404, 404, 404],
    patches: [403, 404],
    posts: [403, 403, 403, 400],
    deletes: [403, 404, 404, 404],
    batch: ['200', '404', '404', '200', '403'],
  },
} as const;

describe.each(Object.entries(REAL))('a policy with criteria (%s)', (name, expected) => {
  test('lets each call through and refuses it as the real server does', async () => {
    const call = await as(name);
    const { mine, theirs, goneMine, goneTheirs } = await fixtures();
    const { medplum } = sandbox;
    const practitioner = await medplum.createResource({ resourceType: 'Practitioner' });
    const accounts = [{ reference: `Patient/${MINE}` }];
    const organization = await medplum.createResource<Organization>({
      resourceType: 'Organization',
      name: 'x',
      meta: { accounts },
    });
    const binary = await medplum.createBinary({ data: 'x', contentType: 'text/plain' });
    const all = async (method: string, paths: string[], body?: unknown, headers = {}) => {
      const statuses: number[] = [];
      for (const path of paths) statuses.push((await call(method, path, body, headers)).status);
      return statuses;
    };
    const paths = [mine, theirs, goneMine, goneTheirs].map(({ id }) => `Observation/${id}`);
    const put = async (id: string, patient: string) => {
      return (await call('PUT', `Observation/${id}`, observation(patient, { id, code: { text: crypto.randomUUID() } })))
        .status;
    };
    const post = async (body: object) =>
      (await call('POST', 'resourceType' in body ? `${body.resourceType}` : '', body)).status;
    const patch = [{ op: 'replace', path: '/status', value: 'amended' }];
    const entries = [
      `Observation/${mine.id}`,
      `Observation/${theirs.id}`,
      `Practitioner/${practitioner.id}`,
      `Observation?subject=Patient/${other}`,
    ];
    const batch: Bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [
        ...entries.map((url) => ({ request: { method: 'GET' as const, url } })),
        { request: { method: 'POST', url: 'Practitioner' }, resource: { resourceType: 'Practitioner' } },
      ],
    };
    expect({
      reads: await all('GET', [...paths, `Patient/${other}`, `Observation/${crypto.randomUUID()}`]),
      histories: await all(
        'GET',
        paths.map((path) => `${path}/_history`),
      ),
      versions: await all(
        'GET',
        [mine, theirs].map(({ id, meta }) => `Observation/${id}/_history/${meta?.versionId}`),
      ),
      elsewhere: await all('GET', [
        `Practitioner/${practitioner.id}`,
        `Organization/${organization.id}`,
        `Binary/${binary.id}`,
      ]),
      puts: [
        await put(mine.id, MINE),
        await put(mine.id, other),
        await put(theirs.id, other),
        await put(theirs.id, MINE),
        await put(goneMine.id, MINE),
        await put(goneTheirs.id, other),
      ],
      patches: await all('PATCH', paths.slice(0, 2), patch, { 'Content-Type': 'application/json-patch+json' }),
      posts: [
        await post(observation(MINE)),
        await post(observation(other)),
        await post({ resourceType: 'Practitioner' }),
        await post({ resourceType: 'Observation' }),
      ],
      batch: statusesOf((await call('POST', '', batch)).json),
      deletes: await all('DELETE', paths),
    }).toEqual(expected);
  });
});

test('a search finds what the policy lets see, by whatever it asks', async () => {
  const call = await as('readTypes');
  const { mine } = await fixtures();
  const both = `Patient/${MINE},Patient/${other}`;
  const found = (await call('GET', `Observation?subject=${both}&_count=1000&_total=accurate`))
    .json as Bundle<Observation>;
  expect(new Set(found.entry?.map(({ resource }) => resource?.subject?.reference))).toEqual(
    new Set([`Patient/${MINE}`]),
  );
  expect(found.total).toBe(found.entry?.length);
  const asked = `Observation?_id=${mine.id}&_include=Observation:subject`;
  expect(count(await call('GET', asked))).toBe(2);
  const back = (await call('GET', `Patient?_id=${MINE},${other}&_revinclude=Observation:subject&_count=1000`))
    .json as Bundle;
  const theirs = back.entry?.filter(({ resource }) => JSON.stringify(resource).includes(other));
  expect([back.entry?.length, theirs]).toEqual([1 + (found.entry?.length ?? 0), []]);
  expect(count(await call('GET', 'Observation?_filter=code eq "x"&_count=1000'))).toBeLessThanOrEqual(found.total ?? 0);
  expect((await call('GET', 'Practitioner?name=x')).status).toBe(403);
});

test('a transaction in which one entry is not allowed stores nothing', async () => {
  const call = await as('writeTypes');
  const before = count(await call('GET', 'Observation?_count=1000'));
  const bundle = bundleOf('transaction', [observation(MINE), observation(other)]);
  expect((await call('POST', '', bundle)).status).toBe(403);
  expect(count(await call('GET', 'Observation?_count=1000'))).toBe(before);
});

test('an interaction that is not named is refused', async () => {
  const call = await as('interactions');
  const { json } = await call('POST', 'Observation', observation(other));
  const path = `Observation/${(json as Observation).id}`;
  const tries = [
    ['GET', path, undefined],
    ['GET', `${path}/_history`, undefined],
    ['GET', 'Observation', undefined],
    ['PUT', path, observation(other, { id: path.split('/')[1] ?? '', code: { text: 'y' } })],
    ['DELETE', path, undefined],
    ['POST', 'Organization', { resourceType: 'Organization', name: 'x' }],
  ] as const;
  const statuses: number[] = [];
  for (const [method, url, body] of tries) statuses.push((await call(method, url, body)).status);
  expect(statuses).toEqual([200, 403, 403, 403, 403, 403]);
  const organization = await sandbox.medplum.createResource<Organization>({ resourceType: 'Organization', name: 'x' });
  expect((await call('DELETE', `Organization/${organization.id}`)).status).toBe(200);
});

test('hidden fields are neither shown nor lost, readonly ones keep their value', async () => {
  const call = await as('fields');
  const { id } = await sandbox.medplum.createResource<Patient>({
    resourceType: 'Patient',
    active: true,
    birthDate: '1980-01-01',
    name: [{ family: 'Example', given: ['Kim'] }],
    identifier: [{ system: 's', value: 'v' }],
  });
  const shown = { active: true, name: [{ given: ['Kim'] }], identifier: [{ system: 's', value: 'v' }] };
  const { json } = await call('GET', `Patient/${id}`);
  expect(json).toMatchObject(shown);
  for (const path of [`Patient/${id}`, `Patient/${id}/_history`, `Patient?_id=${id}`]) {
    expect(JSON.stringify((await call('GET', path)).json)).not.toMatch(/1980-01-01|Example/);
  }
  const change = { ...(json as Patient), active: false, birthDate: '1999-09-09', gender: 'other' };
  expect((await call('PUT', `Patient/${id}`, change)).status).toBe(200);
  const after = await sandbox.medplum.readResource('Patient', id);
  expect(after).toMatchObject({
    active: true,
    birthDate: '1980-01-01',
    gender: 'other',
    identifier: [{ system: 's' }],
  });
  expect(after.identifier?.[0]?.value).toBeUndefined();
  const made = await call('POST', 'Patient', { resourceType: 'Patient', active: true, birthDate: '1999-09-09' });
  expect(await sandbox.medplum.readResource('Patient', (made.json as Patient).id ?? '')).not.toMatchObject({
    active: true,
  });
  const measured = await sandbox.medplum.createResource(observation(other, { valueString: 'Example' }));
  expect(JSON.stringify((await call('GET', `Observation/${measured.id}`)).json)).not.toContain('Example');
});

test('a constraint on what is written is held', async () => {
  const call = await as('constrained');
  const { json } = await call('POST', 'Patient', { resourceType: 'Patient', active: false });
  const path = `Patient/${(json as Patient).id}`;
  expect((await call('PUT', path, { ...(json as Patient), gender: 'other' })).status).toBe(200);
  expect((await call('PUT', path, { ...(json as Patient), active: true })).status).toBe(403);
});

test('a changed policy counts from the next request on, and without one nothing is let in', async () => {
  const call = await as('interactions');
  const policy = stored.find(({ name }) => name === 'interactions');
  if (!policy) throw new Error('no such policy');
  expect((await call('GET', 'Patient')).status).toBe(403);
  const change = { ...policy, resource: [{ resourceType: 'Patient', readonly: true }] };
  const path = `AccessPolicy/${policy.id}`;
  expect((await sandbox.call('PUT', path, change)).status).toBe(403);
  const admin = await openWith(sandbox.server.baseUrl, administrator);
  expect((await admin('PUT', path, change)).status).toBe(200);
  expect((await call('GET', 'Patient')).status).toBe(200);
  expect((await admin('DELETE', path)).status).toBe(200);
  expect((await call('GET', 'Patient')).status).toBe(400);
});

test('who somebody is tells their policy with everything filled in', async () => {
  const call = await as('readTypes');
  const { accessPolicy } = (await call('GET', '/auth/me')).json as { accessPolicy: AccessPolicy };
  const interaction = ['search', 'read', 'history', 'vread'];
  expect(accessPolicy.resource).toEqual([
    { resourceType: 'Observation', criteria: `Observation?_compartment=Patient/${MINE}`, readonly: true, interaction },
    { resourceType: 'Patient', criteria: `Patient?_compartment=Patient/${MINE}`, readonly: true, interaction },
    { resourceType: 'SearchParameter', readonly: true },
    { resourceType: 'StructureDefinition', readonly: true },
  ]);
});
