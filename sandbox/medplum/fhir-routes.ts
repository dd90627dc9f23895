import { setTimeout as pause } from 'node:timers/promises';
import { accepted, allOk, isOk, OperationOutcomeError } from '@medplum/core';
import type { FhirRequest, HttpMethod } from '@medplum/fhir-router';
import type { AsyncJob } from '@medplum/fhirtypes';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { startAsyncBatch } from './async-batch.ts';
import { callerOf } from './auth/authenticate.ts';
import { capabilityStatement } from './capability-statement.ts';
import { newFhirRouter } from './operations/add-operations.ts';
import { bulkDataRoutes } from './operations/bulk-data-routes.ts';
import type { QuotaBook } from './quota.ts';
import type { RepositoryWorld } from './repository/repository-world.ts';
import { repositoryFor } from './repository/request-repository.ts';
import { systemRepository } from './repository/system-repository.ts';
import { sendOutcome, sendResource } from './send-fhir.ts';

/** Everything below `/fhir/R4` but raw Binaries: Medplum's own router over the sandbox's repository. */
export function fhirRoutes(world: RepositoryWorld, quotas: QuotaBook): Router {
  const fhirRouter = newFhirRouter(world, quotas);
  const router = Router();
  router.use(async (_req, _res, next) => {
    const { delayMs } = world.switches;
    if (delayMs > 0) await pause(delayMs);
    next();
  });
  router.get('/metadata', (_req, res) => {
    res.json(capabilityStatement(world.urls.fhirBase));
  });
  router.get('/$versions', (_req, res) => {
    res.json({ versions: ['4.0'], default: '4.0' });
  });
  router.get('/job/:id/status', async (req, res) => {
    const repo = repositoryFor(world, req);
    const job = await repo.readResource<AsyncJob>('AsyncJob', req.params.id);
    const isDone = job.status === 'completed' || job.status === 'error';
    await sendResource(world, repo, req, res, isDone ? allOk : accepted(req.originalUrl), job);
  });
  router.use('/bulkdata', bulkDataRoutes(world));
  router.use('{*path}', async (req, res) => {
    const repo = repositoryFor(world, req);
    const [outcome, resource, options] = await fhirRouter.handleRequest(toFhirRequest(world, req), repo);
    if (!resource) {
      if (!isOk(outcome)) throw new OperationOutcomeError(outcome);
      sendOutcome(res, outcome);
      return;
    }
    await sendResource(world, repo, req, res, outcome, resource, options?.contentType);
  });
  return router;
}

/** `Prefer: respond-async` on a batch, ahead of the body limit. */
export function asyncBatchRoute(world: RepositoryWorld, quotas: QuotaBook): RequestHandler {
  const fhirRouter = newFhirRouter(world, quotas);
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
