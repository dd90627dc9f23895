import { randomBytes } from 'node:crypto';
import { getStatus, type MedplumClient, OperationOutcomeError, type WithId } from '@medplum/core';
import type { ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { PermanentError } from '../errors.ts';
import type { Steps } from './steps.ts';

/** A ClientApplication as it should be. */
export interface WantedClient {
  readonly name: string;
  /** As the bridge's environment names it, if it does already. */
  readonly id?: string | undefined;
  /** Several, separated by blanks, while it is being rotated: the first is what it should become. */
  readonly secret?: string | undefined;
  /** Its one AccessPolicy, `AccessPolicy/<id>`; undefined: an admin of the project instead. */
  readonly policy: string | undefined;
}

/** Who writes, and into which project: an admin of it, or a super admin, who may choose ids. */
export interface ProjectWriter {
  readonly medplum: MedplumClient;
  readonly projectId: string;
  readonly isSuper: boolean;
}

/**
 * Brings a client and its membership to what they should be, found by its id, else by its name. What it may do is exactly
 * the policy: other policies and admin rights are taken away.
 *
 * @returns Id and secret; undefined when a plan would have to create it.
 * @throws PermanentError `found-twice`, or `no-membership`.
 */
export async function keepClient(
  steps: Steps,
  writer: ProjectWriter,
  wanted: WantedClient,
): Promise<{ readonly id: string; readonly secret: string } | undefined> {
  const found = await find(writer, wanted);
  const client =
    found ?? (await steps.change(`ClientApplication ${wanted.name}: created`, () => create(writer, wanted)));
  if (!client) return undefined;
  if (wanted.id === client.id) await keepSecret(steps, writer, client, wanted);
  await keepMembership(steps, writer, client, wanted);
  const [newest = client.secret ?? ''] = secretsOf(wanted);
  return { id: client.id, secret: wanted.id === client.id ? newest : (client.secret ?? '') };
}

/** The first secret of the environment becomes that of the client; one that it names no more is taken no more. */
async function keepSecret(
  steps: Steps,
  { medplum }: ProjectWriter,
  client: WithId<ClientApplication>,
  wanted: WantedClient,
): Promise<void> {
  const [newest, ...older] = secretsOf(wanted);
  const { retiringSecret, ...kept } = client;
  if (newest !== undefined && newest !== client.secret) {
    // The server takes the old one too until it is retired, so that a bridge that still has it goes on.
    const rotated = { ...kept, secret: newest, ...(client.secret && { retiringSecret: client.secret }) };
    const change = () => medplum.updateResource<ClientApplication>(rotated);
    await steps.change(`ClientApplication ${wanted.name}: secret as the environment says`, change);
  } else if (newest !== undefined && retiringSecret !== undefined && !older.includes(retiringSecret)) {
    const change = () => medplum.updateResource<ClientApplication>(kept);
    await steps.change(`ClientApplication ${wanted.name}: the old secret retired`, change);
  }
}

function secretsOf({ secret = '' }: WantedClient): string[] {
  return secret.split(/\s+/).filter(Boolean);
}

async function find({ medplum, projectId }: ProjectWriter, { id, name }: WantedClient) {
  if (id !== undefined) {
    try {
      return await medplum.readResource('ClientApplication', id, { cache: 'reload' });
    } catch (error) {
      if (!(error instanceof OperationOutcomeError) || getStatus(error.outcome) !== 404) throw error;
    }
  }
  const query = { name, _compartment: `Project/${projectId}`, _count: '100' };
  const own = (await medplum.searchResources('ClientApplication', query, { cache: 'reload' })).filter(
    (client) => client.name === name,
  );
  if (own.length < 2) return own[0];
  throw new PermanentError(
    'found-twice',
    `the project has ${own.length} ClientApplications named ${name}: say which one by MEDPLUM_CLIENT_ID`,
  );
}

/** A project's admin gets a client by the server's own call; a super admin makes both resources, under the wanted id. */
async function create(writer: ProjectWriter, wanted: WantedClient): Promise<WithId<ClientApplication>> {
  const { medplum, projectId, isSuper } = writer;
  if (!isSuper) {
    const made: WithId<ClientApplication> = await medplum.post(`admin/projects/${projectId}/client`, {
      name: wanted.name,
      ...(wanted.policy && { accessPolicy: { reference: wanted.policy } }),
    });
    return made;
  }
  const meta = { project: projectId };
  const [secret = randomBytes(32).toString('hex')] = secretsOf(wanted);
  const body: ClientApplication = { resourceType: 'ClientApplication', meta, name: wanted.name, secret };
  const client = wanted.id
    ? await medplum.updateResource<ClientApplication>({ ...body, id: wanted.id })
    : await medplum.createResource<ClientApplication>(body);
  const profile = { reference: `ClientApplication/${client.id}`, display: wanted.name };
  await medplum.createResource<ProjectMembership>({
    resourceType: 'ProjectMembership',
    meta,
    project: { reference: `Project/${projectId}` },
    user: profile,
    profile,
    ...rightsOf(wanted),
  });
  return client;
}

async function keepMembership(
  steps: Steps,
  { medplum }: ProjectWriter,
  client: WithId<ClientApplication>,
  wanted: WantedClient,
): Promise<void> {
  const query = { profile: `ClientApplication/${client.id}` };
  const membership = await medplum.searchOne('ProjectMembership', query, { cache: 'reload' });
  if (!membership) {
    throw new PermanentError(
      'no-membership',
      `the client ${wanted.name} is no member of its project: delete it, then run this again`,
    );
  }
  const { access = [], accessPolicy, admin = false, ...rest } = membership;
  const hasRights = admin === (wanted.policy === undefined) && accessPolicy?.reference === wanted.policy;
  if (hasRights && access.length === 0) return;
  const change = () => medplum.updateResource<ProjectMembership>({ ...rest, ...rightsOf(wanted) });
  await steps.change(`ClientApplication ${wanted.name}: what it may do`, change);
}

function rightsOf({ policy }: WantedClient): Pick<ProjectMembership, 'admin' | 'accessPolicy'> {
  return policy === undefined ? { admin: true } : { admin: false, accessPolicy: { reference: policy } };
}
