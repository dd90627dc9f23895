import { Readable } from 'node:stream';
import { accepted, badRequest, isResource, normalizeOperationOutcome, OperationOutcomeError } from '@medplum/core';
import { type FhirRequest, type FhirRouter, processBatch } from '@medplum/fhir-router';
import type { AsyncJob, Binary, Bundle } from '@medplum/fhirtypes';
import { json, type Request, type Response } from 'express';
import type { RepositoryWorld } from './repository/repository-world.ts';
import type { SqliteRepository } from './repository/sqlite-repository.ts';
import { sendOutcome } from './send-fhir.ts';

/** The caller's, and the server's own: who begins a job need not be allowed to end it. */
export interface JobRepositories {
  readonly repo: SqliteRepository;
  readonly system: SqliteRepository;
}

/**
 * Takes a batch of up to 50 MB, answers 202 with the AsyncJob that follows it, and works on it in the background.
 * A transaction is refused, as on the real server.
 */
export async function startAsyncBatch(
  world: RepositoryWorld,
  router: FhirRouter,
  request: FhirRequest,
  { repo, system }: JobRepositories,
  req: Request,
  res: Response,
): Promise<void> {
  const bundle = await readBundle(world, req, res);
  if (bundle.type === 'transaction' && request.config?.transactions) {
    const fault = badRequest('Transaction batches cannot be executed asynchronously', 'Bundle.type');
    throw new OperationOutcomeError(fault);
  }
  const { fhirBase } = world.urls;
  const job = await repo.createResource<AsyncJob>({
    resourceType: 'AsyncJob',
    status: 'accepted',
    request: fhirBase,
    requestTime: new Date().toISOString(),
  });
  sendOutcome(res, accepted(`${fhirBase}job/${job.id}/status`));
  await system.updateResource<AsyncJob>({ ...job, ...(await outcomeOf(world, router, request, repo, bundle)) });
}

async function outcomeOf(
  world: RepositoryWorld,
  router: FhirRouter,
  request: FhirRequest,
  repo: SqliteRepository,
  bundle: Bundle,
): Promise<Partial<AsyncJob>> {
  const transactionTime = new Date().toISOString();
  try {
    const result = await processBatch({ ...request, body: bundle }, repo, router, bundle);
    // Written beside the resource, which may hold a megabyte at most.
    const binary = await repo.createResource<Binary>({ resourceType: 'Binary', contentType: 'application/fhir+json' });
    await world.binaries.write(binary.id, binary.meta?.versionId ?? '', Readable.from(JSON.stringify(result)));
    const results = { name: 'results', valueReference: { reference: `Binary/${binary.id}` } };
    return { status: 'completed', transactionTime, output: { resourceType: 'Parameters', parameter: [results] } };
  } catch (error) {
    const outcome = { name: 'outcome', resource: normalizeOperationOutcome(error) };
    return { status: 'error', transactionTime, output: { resourceType: 'Parameters', parameter: [outcome] } };
  }
}

async function readBundle(world: RepositoryWorld, req: Request, res: Response): Promise<Bundle> {
  const parse = json({ type: () => true, limit: world.switches.maxAsyncBatchBytes });
  await new Promise<void>((resolve, reject) => {
    parse(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
  });
  const body: unknown = req.body;
  if (isResource<Bundle>(body, 'Bundle')) return body;
  throw new OperationOutcomeError(badRequest('Expected request body to be a Bundle'));
}
