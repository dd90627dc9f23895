import { notFound } from '@medplum/core';
import type { AsyncJob } from '@medplum/fhirtypes';
import { Router } from 'express';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { repositoryFor } from '../repository/request-repository.ts';
import { withLinks } from '../send-fhir.ts';

/** `/fhir/R4/bulkdata/export/:id`: how far an export is, its manifest, its end before its time. */
export function bulkDataRoutes(world: RepositoryWorld): Router {
  const router = Router();
  router.get('/export/:id', async (req, res) => {
    const repo = repositoryFor(world, req);
    const job = await repo.readResource<AsyncJob>('AsyncJob', req.params.id);
    if (job.status === 'cancelled') {
      res.status(404).json(notFound);
    } else if (job.status !== 'completed') {
      res.status(202).end();
    } else {
      res.type('application/json').send(await withLinks(world, repo, manifestOf(job)));
    }
  });
  router.delete('/export/:id', async (req, res) => {
    const repo = repositoryFor(world, req);
    const job = await repo.readResource<AsyncJob>('AsyncJob', req.params.id);
    if (job.status !== 'cancelled') await repo.updateResource<AsyncJob>({ ...job, status: 'cancelled' });
    res.sendStatus(202);
  });
  return router;
}

function manifestOf(job: AsyncJob) {
  const filesOf = (kind: string) => (job.output?.parameter ?? []).filter(({ name }) => name === kind);
  const listed = (kind: string) =>
    filesOf(kind).map(({ part = [] }) => ({
      type: part.find(({ name }) => name === 'type')?.valueCode,
      url: part.find(({ name }) => name === 'url')?.valueUri,
    }));
  return {
    transactionTime: job.transactionTime,
    request: job.request,
    requiresAccessToken: false,
    output: listed('output'),
    error: listed('error'),
    deleted: listed('deleted'),
  };
}
