import { setTimeout as pause } from 'node:timers/promises';
import { accepted, allOk, isOk, OperationOutcomeError, validateResource } from '@medplum/core';
import { type FhirRequest, FhirRouter, type HttpMethod } from '@medplum/fhir-router';
import type { AsyncJob, Resource } from '@medplum/fhirtypes';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { startAsyncBatch } from './async-batch.ts';
import { callerOf } from './authenticate.ts';
import { capabilityStatement } from './capability-statement.ts';
import { expandValueSet } from './expand-value-set.ts';
import type { QuotaBook } from './quota.ts';
import { repositoryFor } from './request-repository.ts';
import { sendOutcome, sendResource } from './send-fhir.ts';
import type { RepositoryWorld, SqliteRepository } from './sqlite-repository.ts';
import { systemRepository } from './system-repository.ts';

/** Everything below `/fhir/R4` but raw Binaries: Medplum's own router over the sandbox's repository. */
export function fhirRoutes(world: RepositoryWorld): Router {
  const fhirRouter = newFhirRouter();
  const router = Router();
  router.get('/metadata', (_req, res) => {
    res.json(capabilityStatement(world.urls.fhirBase));
  });
  router.get('/$versions', (_req, res) => {
    res.json({ versions: ['4.0'], default: '4.0' });
  });
  router.use('{*path}', async (req, res) => {
    const { delayMs } = world.switches;
    if (delayMs > 0) await pause(delayMs);
    const repo = repositoryFor(world, req);
    const [outcome, resource] = await fhirRouter.handleRequest(toFhirRequest(world, req), repo);
    if (!resource) {
      if (!isOk(outcome)) throw new OperationOutcomeError(outcome);
      sendOutcome(res, outcome);
      return;
    }
    await sendResource(world, repo, req, res, outcome, resource);
  });
  return router;
}

/** `Prefer: respond-async` on a batch, ahead of the body limit. */
export function asyncBatchRoute(world: RepositoryWorld, quotas: QuotaBook): RequestHandler {
  const fhirRouter = newFhirRouter();
  return async (req: Request, res: Response, next) => {
    if (req.get('Prefer') !== 'respond-async') {
      next();
      return;
    }
    const system = systemRepository(world, quotas, callerOf(req).member.project.id);
    const repos = { repo: repositoryFor(world, req), system };
    await startAsyncBatch(world, fhirRouter, toFhirRequest(world, req), repos, req, res);
  };
}

function newFhirRouter(): FhirRouter {
  const router = new FhirRouter({ introspectionEnabled: true });
  router.add('GET', 'job/:id/status', async (req, repo) => {
    const job = await repo.readResource<AsyncJob>('AsyncJob', req.params.id ?? '');
    return [job.status === 'accepted' || job.status === 'active' ? accepted(req.url) : allOk, job];
  });
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
  return router;
}

function toFhirRequest(world: RepositoryWorld, req: Request): FhirRequest {
  const { project } = callerOf(req).member;
  const transactions = world.switches.transactionBundles && project.features.includes('transaction-bundles');
  return {
    method: req.method as HttpMethod,
    url: req.originalUrl.slice(req.originalUrl.indexOf('/fhir/R4') + '/fhir/R4'.length),
    pathname: '',
    params: {},
    query: {},
    body: req.body ?? {},
    headers: req.headers,
    config: { transactions },
  };
}
