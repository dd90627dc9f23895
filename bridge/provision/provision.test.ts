import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { ClientApplication, Parameters, Project } from '@medplum/fhirtypes';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { seed } from '../../sandbox/seed.ts';
import { provisionCommand } from '../commands/provision-command.ts';
import { createMedplum } from '../medplum/client/create-medplum.ts';

const [, , , ADMIN, SUPER] = seed.clients;

/** A stock server: its projects have no features, and of ours nothing is there. */
const stock = { ...seed, policies: [], projects: seed.projects.map((project) => ({ ...project, features: [] })) };
const members = {
  clients: seed.clients.map(({ access: _, ...client }) => client),
  users: seed.users.map(({ access: _, ...user }) => user),
};

let server: SandboxMedplum;
let folder: string;
let printed: string[] = [];

beforeAll(async () => {
  server = await startMedplum({ seed: { ...stock, ...members } });
  folder = await mkdtemp(join(tmpdir(), 'provision-'));
  console.log = (line: string) => printed.push(line);
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  printed = [];
});

const asSuper = () => ({
  MEDPLUM_BASE_URL: server.baseUrl,
  MEDPLUM_SUPER_ADMIN_CLIENT_ID: SUPER?.id ?? '',
  MEDPLUM_SUPER_ADMIN_CLIENT_SECRET: SUPER?.secret ?? '',
});

const asAdmin = () => ({
  MEDPLUM_BASE_URL: server.baseUrl,
  MEDPLUM_ADMIN_CLIENT_ID: ADMIN?.id ?? '',
  MEDPLUM_ADMIN_CLIENT_SECRET: ADMIN?.secret ?? '',
});

async function run(env: Record<string, string>, ...args: string[]): Promise<string[]> {
  printed = [];
  expect(await provisionCommand.run(args, env)).toBe(0);
  return printed;
}

async function signedIn(clientId: string, clientSecret: string): Promise<MedplumClient> {
  return (await createMedplum({ baseUrl: server.baseUrl, clientId, clientSecret })).client;
}

test('a super admin’s login makes a project with everything in it, and the second run changes nothing', async () => {
  const file = join(folder, 'new.env');
  const env = { ...asSuper(), MEDPLUM_PROJECT_NAME: 'A new one', MEDPLUM_FHIR_QUOTA: '60000' };
  const first = await run(env, '--env', file);
  expect(first[0]).toBe('changed  Project A new one: created');
  expect(first.join('\n')).toContain('bots: report-import: access, created, code, subscription');

  const made = Object.fromEntries((await readFile(file, 'utf8')).split('\n').map((line) => line.split('=')));
  const writes = server.countWrites();
  expect(await run({ ...env, ...made })).toEqual(['unchanged: everything is as it should be']);
  expect(server.countWrites()).toBe(writes);

  const admin = await signedIn(made.MEDPLUM_ADMIN_CLIENT_ID, made.MEDPLUM_ADMIN_CLIENT_SECRET);
  const project: Project = await admin.readResource('Project', admin.getProject()?.id ?? '');
  expect(project).toMatchObject({
    name: 'A new one',
    features: ['transaction-bundles', 'bots'],
    systemSetting: [
      { name: 'userFhirQuota', valueInteger: 60_000 },
      { name: 'totalFhirQuota', valueInteger: 120_000 },
    ],
    setting: [{ name: 'autoDownloadEnabled', valueBoolean: false }],
  });
  const bridge = await signedIn(made.MEDPLUM_CLIENT_ID, made.MEDPLUM_CLIENT_SECRET);
  expect(bridge.isProjectAdmin()).toBe(false);
});

test('a plan says what would be changed, and changes nothing', async () => {
  const writes = server.countWrites();
  const planned = await run({ ...asAdmin() }, '--plan');
  expect(planned).toContain('would change  AccessPolicy Fasten bridge: created');
  expect(planned).toContain('would change  bots: report-import: access, created, code, subscription');
  expect(server.countWrites()).toBe(writes);
});

test('without a super admin the rest is done, and what only one may do is listed with what to do', async () => {
  const done = await run(asAdmin());
  const left = done.filter((line) => line.startsWith('left for you'));
  expect(left).toHaveLength(2);
  expect(left[1]).toContain('has to add `bots` to Project.features');
  expect(left[0]).toMatch(/transaction-bundles added, feature bots added, quota raised.*Only a super admin may/);
});

test('what somebody changed on the server is put right again, and rights that were added are taken away', async () => {
  const file = join(folder, 'right.env');
  const env = { ...asSuper(), MEDPLUM_PROJECT_NAME: 'Put right' };
  await run(env, '--env', file);
  const made = Object.fromEntries((await readFile(file, 'utf8')).split('\n').map((line) => line.split('=')));
  const admin = await signedIn(made.MEDPLUM_ADMIN_CLIENT_ID, made.MEDPLUM_ADMIN_CLIENT_SECRET);
  const [policy] = await admin.searchResources('AccessPolicy', 'name=Fasten bridge');
  await admin.updateResource({ resourceType: 'AccessPolicy', ...policy, resource: [{ resourceType: '*' }] });
  const query = `profile=ClientApplication/${made.MEDPLUM_CLIENT_ID}`;
  const membership = await admin.searchOne('ProjectMembership', query);
  if (membership) await admin.updateResource({ ...membership, admin: true });
  expect(await run({ ...env, ...made })).toEqual([
    'changed  AccessPolicy Fasten bridge: updated',
    'changed  ClientApplication Fasten bridge: what it may do',
  ]);
});

test('a secret is rotated by putting a new one first, which the server takes beside the old one until that is left out', async () => {
  const file = join(folder, 'rotated.env');
  const env = { ...asSuper(), MEDPLUM_PROJECT_NAME: 'Rotated' };
  await run(env, '--env', file);
  const made = Object.fromEntries((await readFile(file, 'utf8')).split('\n').map((line) => line.split('=')));
  const { MEDPLUM_CLIENT_ID: id, MEDPLUM_CLIENT_SECRET: old } = made;
  const both = { ...env, ...made, MEDPLUM_CLIENT_SECRET: `another-secret ${old}` };
  expect(await run(both, '--plan')).toEqual([expect.stringContaining('secret as the environment says')]);
  expect(await run(both)).toEqual(['changed  ClientApplication Fasten bridge: secret as the environment says']);
  expect(await run(both)).toEqual(['unchanged: everything is as it should be']);
  for (const secret of [old, 'another-secret']) await signedIn(id, secret);

  const left = { ...both, MEDPLUM_CLIENT_SECRET: 'another-secret' };
  expect(await run(left)).toEqual(['changed  ClientApplication Fasten bridge: the old secret retired']);
  expect(await run(left)).toEqual(['unchanged: everything is as it should be']);
  await signedIn(id, 'another-secret');
  await expect(signedIn(id, old)).rejects.toThrow('refused the client credentials');
});

test('a secret that Medplum rotated itself is taken over by putting it first', async () => {
  const file = join(folder, 'by-server.env');
  const env = { ...asSuper(), MEDPLUM_PROJECT_NAME: 'Rotated by the server' };
  await run(env, '--env', file);
  const made = Object.fromEntries((await readFile(file, 'utf8')).split('\n').map((line) => line.split('=')));
  const { MEDPLUM_CLIENT_ID: id, MEDPLUM_CLIENT_SECRET: old } = made;
  const admin = await signedIn(made.MEDPLUM_ADMIN_CLIENT_ID, made.MEDPLUM_ADMIN_CLIENT_SECRET);
  const rotate = (body: object) => admin.post(admin.fhirUrl('ClientApplication', id, '$rotate-secret'), body);
  const { parameter = [] }: Parameters = await rotate({ secret: old });
  const [secret = ''] = parameter.map(({ resource }) => (resource as ClientApplication).secret);
  await Promise.all([signedIn(id, old), signedIn(id, `${secret} ${old}`)]);
  expect(await run({ ...env, ...made, MEDPLUM_CLIENT_SECRET: `${secret} ${old}` })).toEqual([
    'unchanged: everything is as it should be',
  ]);
  await rotate({ retiringSecret: old });
  await expect(signedIn(id, old)).rejects.toThrow('refused the client credentials');
  await signedIn(id, secret);
});
