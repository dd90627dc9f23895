import { accepted, allOk, validateResource } from '@medplum/core';
import { type FhirRequest, type FhirResponse, FhirRouter } from '@medplum/fhir-router';
import type { Group, Patient, Resource } from '@medplum/fhirtypes';
import type { QuotaBook } from '../quota.ts';
import { expandValueSet } from '../repository/expand-value-set.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import type { SqliteRepository } from '../repository/sqlite-repository.ts';
import { systemRepository } from '../repository/system-repository.ts';
import { exportGroup, exportTypes, startExport } from './bulk-export.ts';
import { CODE_INPUTS, LOOKUP_INPUTS, lookUpCode, validateCode, validateInValueSet } from './check-code.ts';
import type { ExportFiles } from './export-files.ts';
import { EVERYTHING_INPUTS, patientEverything } from './patient-everything.ts';
import { readInputs } from './read-inputs.ts';
import { patientSummary, SUMMARY_INPUTS } from './summary/patient-summary.ts';

/** Medplum's own router (REST, batches, GraphQL) with the operations that the real server adds to it. */
export function newFhirRouter(world: RepositoryWorld, quotas: QuotaBook): FhirRouter {
  const router = new FhirRouter({ introspectionEnabled: true });
  router.add('GET', 'ValueSet/$expand', async ({ query }) => {
    const count = Number(query._count ?? query.count ?? 10);
    return [allOk, expandValueSet(String(query.url ?? ''), String(query.filter ?? ''), count)];
  });
  router.add('POST', ':resourceType/:id/$expunge', async ({ params }, repo) => {
    await (repo as SqliteRepository).expungeResource(params.resourceType ?? '', params.id ?? '');
    return [allOk];
  });
  router.add('POST', ':resourceType/$validate', async (req) => {
    validateResource(req.body as Resource);
    return [allOk];
  });
  for (const method of ['GET', 'POST'] as const) {
    router.add(method, 'Patient/:id/$everything', async (req, repo) => {
      const inputs = readInputs(EVERYTHING_INPUTS, req);
      const patient = await repo.readResource<Patient>('Patient', req.params.id ?? '');
      return [allOk, await patientEverything(repo, world.definitions, patient, inputs)];
    });
  }
  for (const method of ['GET', 'POST'] as const) {
    router.add(method, 'Patient/:id/$summary', async (req, repo) => {
      const { profile } = repo as SqliteRepository;
      const inputs = readInputs(SUMMARY_INPUTS, req);
      return [allOk, await patientSummary(repo, world.definitions, req.params.id ?? '', profile, inputs)];
    });
  }
  addTerminology(router);
  addExports(router, world, quotas);
  return router;
}

function addTerminology(router: FhirRouter): void {
  for (const method of ['GET', 'POST'] as const) {
    router.add(method, 'CodeSystem/$lookup', async (req) => [allOk, lookUpCode(readInputs(LOOKUP_INPUTS, req))]);
    router.add(method, 'CodeSystem/$validate-code', async (req) => [allOk, validateCode(readInputs(CODE_INPUTS, req))]);
    router.add(method, 'ValueSet/$validate-code', async (req) => [
      allOk,
      validateInValueSet(readInputs(CODE_INPUTS, req)),
    ]);
  }
}

function addExports(router: FhirRouter, world: RepositoryWorld, quotas: QuotaBook): void {
  const begin = async (
    req: FhirRequest,
    repo: SqliteRepository,
    write: (files: ExportFiles) => Promise<boolean>,
  ): Promise<FhirResponse> => {
    const system = systemRepository(world, quotas, repo.projectId);
    const job = await startExport(world, { repo, system }, req, write);
    return [accepted(`${world.urls.fhirBase}bulkdata/export/${job.id}`)];
  };
  for (const method of ['GET', 'POST'] as const) {
    router.add(method, '$export', async (req, repo) => {
      const own = repo as SqliteRepository;
      return begin(req, own, (files) => exportTypes(world, own, req, 'system', files));
    });
    router.add(method, 'Patient/$export', async (req, repo) => {
      const own = repo as SqliteRepository;
      return begin(req, own, (files) => exportTypes(world, own, req, 'patient', files));
    });
    router.add(method, 'Group/:id/$export', async (req, repo) => {
      const own = repo as SqliteRepository;
      // The real server looks for the id in the body of a POST, where nobody puts it.
      const id: unknown = method === 'GET' ? req.params.id : req.body.id;
      const group = await own.readResource<Group>('Group', String(id));
      return begin(req, own, (files) => exportGroup(world, own, req, group, files));
    });
  }
}
