import { getStatus, type MedplumClient, OperationOutcomeError, type WithId } from '@medplum/core';
import type { Project, ProjectSetting } from '@medplum/fhirtypes';
import { PermanentError } from '../errors.ts';
import type { Steps } from './steps.ts';

/** Without the first, bundles are no transactions; without the second, nothing happens when records have come. */
const FEATURES = ['transaction-bundles', 'bots'] as const;

/** A project's quota is for all its members: the bridge's workers, bots and people. */
const PROJECT_TO_MEMBER = 2;

export interface WantedProject {
  /** Undefined: found by its name. */
  readonly id?: string | undefined;
  readonly name: string;
  /** FHIR interaction units a minute that one member may use; a write costs 100. */
  readonly quota: number;
}

/** Finds the project, or makes it. Only a super admin may; undefined: a plan would have to make it. */
export async function keepProject(
  steps: Steps,
  superAdmin: MedplumClient,
  { id, name }: WantedProject,
): Promise<WithId<Project> | undefined> {
  if (id !== undefined) return readProject(superAdmin, id);
  const found = await superAdmin.searchResources('Project', { name, _count: '100' }, { cache: 'reload' });
  const own = found.filter((project) => project.name === name);
  if (own.length > 1) {
    throw new PermanentError(
      'found-twice',
      `the server has ${own.length} projects named ${name}: set MEDPLUM_PROJECT_ID`,
    );
  }
  const create = () => superAdmin.createResource<Project>({ resourceType: 'Project', name, strictMode: true });
  return own[0] ?? steps.change(`Project ${name}: created`, create);
}

/** @throws PermanentError `no-project` when there is none, or this login may not see it; a failed sign-in is thrown as it came. */
export async function readProject(medplum: MedplumClient, id: string): Promise<WithId<Project>> {
  try {
    return await medplum.readResource('Project', id, { cache: 'reload' });
  } catch (error) {
    if (!(error instanceof OperationOutcomeError) || getStatus(error.outcome) === 401) throw error;
    throw new PermanentError('no-project', `there is no project ${id}, or it is not this login's to see`);
  }
}

/** What only a super admin may set: features and quota. Both are only ever raised. Without one it is listed. */
export async function keepSystemSettings(
  steps: Steps,
  superAdmin: MedplumClient | undefined,
  project: WithId<Project>,
  { quota }: WantedProject,
): Promise<WithId<Project>> {
  const missing = FEATURES.filter((feature) => !project.features?.includes(feature));
  const raised = raise(project.systemSetting ?? [], {
    userFhirQuota: quota,
    totalFhirQuota: quota * PROJECT_TO_MEMBER,
  });
  const faults = [
    ...missing.map((feature) => `feature ${feature} added`),
    ...(raised ? [`quota raised to ${quota} units a minute and member`] : []),
  ];
  if (faults.length === 0) return project;
  const what = `Project ${project.name}: ${faults.join(', ')}`;
  if (!superAdmin) {
    steps.leave(
      `${what}. Only a super admin may: set MEDPLUM_SUPER_ADMIN_*, or do it at /admin/super of the Medplum app`,
    );
    return project;
  }
  const wanted = {
    ...project,
    features: [...(project.features ?? []), ...missing],
    systemSetting: raised ?? project.systemSetting,
  };
  return (await steps.change(what, () => superAdmin.updateResource<Project>(wanted as Project))) ?? project;
}

/** The settings with these at least; undefined: they are so. */
function raise(
  settings: readonly ProjectSetting[],
  wanted: Readonly<Record<string, number>>,
): ProjectSetting[] | undefined {
  const low = Object.entries(wanted).filter(([name, value]) => {
    return (settings.find((setting) => setting.name === name)?.valueInteger ?? 0) < value;
  });
  if (low.length === 0) return undefined;
  const others = settings.filter(({ name }) => !low.some(([one]) => one === name));
  return [...others, ...low.map(([name, valueInteger]) => ({ name, valueInteger }))];
}

const AUTO_DOWNLOAD = 'autoDownloadEnabled';

/**
 * Keeps the server from fetching foreign `Attachment.url`s by itself, which it would do anonymously. The bridge moves them
 * away; what others write is guarded by this. An admin of the project may.
 */
export async function keepAutoDownloadOff(
  steps: Steps,
  medplum: MedplumClient,
  project: WithId<Project>,
): Promise<void> {
  const { setting = [] } = project;
  if (setting.some(({ name, valueBoolean }) => name === AUTO_DOWNLOAD && valueBoolean === false)) return;
  const others = setting.filter(({ name }) => name !== AUTO_DOWNLOAD);
  const value = [...others, { name: AUTO_DOWNLOAD, valueBoolean: false }];
  // By JSON Patch: what this login does not see of the Project must not be written back as if it were not there.
  const patch = [{ op: project.setting ? ('replace' as const) : ('add' as const), path: '/setting', value }];
  await steps.change(`Project ${project.name}: automatic download of attachments off`, () =>
    medplum.patchResource('Project', project.id, patch),
  );
}
