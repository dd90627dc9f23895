import {
  getResourceTypes,
  Operator,
  parseReference,
  parseSearchRequest,
  protectedResourceTypes,
  type SearchRequest,
  singularize,
  type WithId,
} from '@medplum/core';
import type { FhirRequest } from '@medplum/fhir-router';
import type { AsyncJob, Bundle, BundleLink, Group, Patient, Resource, ResourceType } from '@medplum/fhirtypes';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import type { SqliteRepository } from '../repository/sqlite-repository.ts';
import { ExportFiles } from './export-files.ts';
import { patientEverything } from './patient-everything.ts';

/** Who asks for an export, and who ends its job. */
export interface ExportRepositories {
  readonly repo: SqliteRepository;
  readonly system: SqliteRepository;
}

const NOT_EXPORTED: readonly string[] = [
  'Binary',
  'CodeSystem',
  'SearchParameter',
  'StructureDefinition',
  'ValueSet',
  'BulkDataExport',
  'AsyncJob',
  'AuditEvent',
  ...protectedResourceTypes,
];

const PAGE = 1000;

/** Begins an export: the job that follows it. What it writes goes on behind the answer. */
export async function startExport(
  world: RepositoryWorld,
  { repo, system }: ExportRepositories,
  request: FhirRequest,
  write: (files: ExportFiles) => Promise<boolean>,
): Promise<WithId<AsyncJob>> {
  const job = await repo.createResource<AsyncJob>({
    resourceType: 'AsyncJob',
    status: 'active',
    request: requestUrl(world.urls.fhirBase, request.pathname),
    requestTime: new Date().toISOString(),
  });
  // An export that fails stays active for ever, on the real server too.
  finishExport(world, { repo, system }, job, write).catch(() => undefined);
  return job;
}

/** The real server forgets a slash, but for a Group. */
function requestUrl(fhirBase: string, pathname: string): string {
  const path = pathname.replace(/^\//, '');
  return path.startsWith('Group/') ? fhirBase + path : fhirBase.slice(0, -1) + path;
}

async function finishExport(
  world: RepositoryWorld,
  { repo, system }: ExportRepositories,
  job: WithId<AsyncJob>,
  write: (files: ExportFiles) => Promise<boolean>,
): Promise<void> {
  const files = new ExportFiles(repo, world.binaries);
  if (!(await write(files))) return;
  const output = await files.close();
  const { status } = await system.readResource<AsyncJob>('AsyncJob', job.id);
  if (status === 'cancelled') return;
  const transactionTime = new Date().toISOString();
  await system.updateResource<AsyncJob>({ ...job, status: 'completed', transactionTime, output });
}

/** `$export` and `Patient/$export`: all resources of all types, or of those in a Patient's compartment. */
export async function exportTypes(
  world: RepositoryWorld,
  repo: SqliteRepository,
  { query }: FhirRequest,
  level: 'system' | 'patient',
  files: ExportFiles,
): Promise<boolean> {
  const types = singularize(query._type)?.split(',');
  const compartment = [...world.definitions.patientCompartment.keys()] as ResourceType[];
  for (const resourceType of level === 'patient' ? compartment : getResourceTypes()) {
    const isWanted = !NOT_EXPORTED.includes(resourceType) && (!types || types.includes(resourceType));
    if (isWanted && repo.maySearch(resourceType)) {
      for await (const resource of allOf(repo, resourceType, singularize(query._since))) await files.write(resource);
    }
  }
  return true;
}

async function* allOf(
  repo: SqliteRepository,
  resourceType: ResourceType,
  since: string | undefined,
): AsyncGenerator<WithId<Resource>> {
  const changed = since ? [{ code: '_lastUpdated', operator: Operator.GREATER_THAN_OR_EQUALS, value: since }] : [];
  let request: SearchRequest | undefined = {
    resourceType,
    count: PAGE,
    filters: changed,
    sortRules: [{ code: '_lastUpdated', descending: false }],
  };
  while (request) {
    const page: Bundle<WithId<Resource>> = await repo.search<Resource>(request);
    for (const { resource } of page.entry ?? []) if (resource) yield resource;
    const next: BundleLink | undefined = page.link?.find(({ relation }) => relation === 'next');
    request = next && parseSearchRequest(next.url);
  }
}

/**
 * `Group/:id/$export`. Of each Patient only the first page of `$everything` is taken, 1,000 of the compartment and what they
 * refer to; a member that cannot be read is left out; without members it never ends: all as on the real server.
 * @returns whether the job ends
 */
export async function exportGroup(
  world: RepositoryWorld,
  repo: SqliteRepository,
  { query }: FhirRequest,
  group: Group,
  files: ExportFiles,
): Promise<boolean> {
  const inputs = { _type: singularize(query._type)?.split(','), _since: singularize(query._since) };
  for (const { entity } of group.member ?? []) {
    if (!entity?.reference) continue;
    const [type, id] = parseReference(entity);
    try {
      const member = await repo.readResource<Resource>(type, id);
      if (member.resourceType !== 'Patient') await files.write(member);
      else await writePatient(world, repo, member as WithId<Patient>, inputs, files);
    } catch {
      // Neither the caller nor the manifest is told.
    }
  }
  return group.member !== undefined;
}

async function writePatient(
  world: RepositoryWorld,
  repo: SqliteRepository,
  patient: WithId<Patient>,
  inputs: { readonly _type: string[] | undefined; readonly _since: string | undefined },
  files: ExportFiles,
): Promise<void> {
  const bundle = await patientEverything(repo, world.definitions, patient, {
    ...inputs,
    _type: inputs._type && [...inputs._type],
  });
  for (const { resource } of bundle.entry ?? []) if (resource) await files.write(resource);
}
