import type { MedplumClient } from '@medplum/core';
import { PermanentError } from '../errors.ts';
import { bridgePolicy, clinicianPolicy, patientPolicy } from './access-policies.ts';
import { keepClient, type ProjectWriter } from './keep-client.ts';
import {
  keepAutoDownloadOff,
  keepProject,
  keepSystemSettings,
  readProject,
  type WantedProject,
} from './keep-project.ts';
import { keepResource } from './keep-resource.ts';
import type { Steps } from './steps.ts';
import { codeSystems, namingSystems, valueSets } from './terminology.ts';

const ADMIN_CLIENT = 'Fasten bridge, for its admin';

/** A client as the environment names it; both undefined: one is made, and handed over. */
export interface Credentials {
  readonly id?: string | undefined;
  readonly secret?: string | undefined;
}

/**
 * The part that needs a super admin: the project, its features and quota, and a client that is an admin of it, with which
 * everything else is done.
 *
 * @returns The admin's client; undefined when a plan would have to make it.
 */
export async function provisionServer(
  steps: Steps,
  superAdmin: MedplumClient,
  wanted: { readonly project: WantedProject; readonly admin: Credentials },
): Promise<{ readonly id: string; readonly secret: string } | undefined> {
  const project = await keepProject(steps, superAdmin, wanted.project);
  if (!project) {
    steps.leave('the rest of the plan needs the project: run this without --plan, or name one that is there');
    return undefined;
  }
  await keepSystemSettings(steps, superAdmin, project, wanted.project);
  const writer = { medplum: superAdmin, projectId: project.id, isSuper: true };
  const admin = await keepClient(steps, writer, { name: ADMIN_CLIENT, ...wanted.admin, policy: undefined });
  if (!admin) {
    steps.leave('the rest of the plan needs the client of the admin: run this without --plan');
    return undefined;
  }
  hand(steps, 'MEDPLUM_ADMIN', wanted.admin, admin);
  return admin;
}

/**
 * The part that an admin of the project does: policies, the bridge's client with its own, our codes, and what the server must
 * not do by itself.
 *
 * @param superAdmin - When there is one: it alone can give the bridge's client an id of our choosing.
 * @returns Id of the bridge's client; undefined when a plan would have to make it.
 */
export async function provisionProject(
  steps: Steps,
  medplum: MedplumClient,
  wanted: { readonly project: WantedProject; readonly bridge: Credentials },
  superAdmin?: MedplumClient,
): Promise<string | undefined> {
  const projectId = medplum.getProject()?.id;
  if (!medplum.isProjectAdmin() || projectId === undefined) {
    throw new PermanentError('not-an-admin', 'this login is no admin of its project: tick admin in its membership');
  }
  const project = await readProject(medplum, projectId);
  if (!superAdmin) await keepSystemSettings(steps, undefined, project, wanted.project);
  await keepAutoDownloadOff(steps, medplum, project);
  const policy = await keepResource(steps, medplum, { resourceType: 'AccessPolicy', ...bridgePolicy });
  for (const one of [clinicianPolicy, patientPolicy]) {
    await keepResource(steps, medplum, { resourceType: 'AccessPolicy', ...one });
  }
  for (const one of [...codeSystems, ...valueSets, ...namingSystems]) await keepResource(steps, medplum, one);
  const writer: ProjectWriter = { medplum: superAdmin ?? medplum, projectId, isSuper: superAdmin !== undefined };
  if (!policy) {
    await steps.change(
      `ClientApplication ${bridgePolicy.name}: created, or limited to that policy`,
      async () => undefined,
    );
    return undefined;
  }
  const client = await keepClient(steps, writer, {
    name: bridgePolicy.name,
    ...wanted.bridge,
    policy: `AccessPolicy/${policy.id}`,
  });
  if (client) hand(steps, 'MEDPLUM', wanted.bridge, client);
  return client?.id;
}

/** Tells a credential that the environment does not hold. */
function hand(steps: Steps, prefix: string, given: Credentials, client: { id: string; secret: string }): void {
  if (given.id === client.id && given.secret?.split(/\s+/).includes(client.secret)) return;
  steps.hand(`${prefix}_CLIENT_ID`, client.id);
  steps.hand(`${prefix}_CLIENT_SECRET`, client.secret);
}
