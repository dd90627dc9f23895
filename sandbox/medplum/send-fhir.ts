import { getStatus, isAccepted, isCreated, isOk, isResource, OperationOutcomeError } from '@medplum/core';
import type { Binary, OperationOutcome, Resource } from '@medplum/fhirtypes';
import type { Request, Response } from 'express';
import type { BinaryStorage } from './binary-storage.ts';
import type { RepositoryWorld } from './repository/repository-world.ts';
import { linkAttachments } from './repository/rewrite-attachments.ts';
import type { SqliteRepository } from './repository/sqlite-repository.ts';

const FHIR_JSON = 'application/fhir+json';

/** Answers with an outcome alone; the first diagnostics of an accepted one is where the job can be looked at. */
export function sendOutcome(res: Response, outcome: OperationOutcome): void {
  const location = outcome.issue[0]?.diagnostics;
  if (isAccepted(outcome) && location) res.set('Content-Location', location);
  res.status(getStatus(outcome)).type(FHIR_JSON).send(JSON.stringify(outcome));
}

/** Answers with a resource: headers, presigned links. A Binary that is read comes as bytes unless JSON is asked for. */
export async function sendResource(
  world: RepositoryWorld,
  repo: SqliteRepository,
  req: Request,
  res: Response,
  outcome: OperationOutcome,
  resource: Resource,
  contentType = FHIR_JSON,
): Promise<void> {
  const { versionId, lastUpdated } = resource.meta ?? {};
  if (versionId) res.set('ETag', `W/"${versionId}"`);
  if (lastUpdated) res.set('Last-Modified', new Date(lastUpdated).toUTCString());
  if (isCreated(outcome)) res.set('Location', `${world.urls.fhirBase}${resource.resourceType}/${resource.id}`);
  res.status(getStatus(outcome));
  if (isResource<Binary>(resource, 'Binary') && req.method === 'GET' && !req.get('Accept')?.startsWith(FHIR_JSON)) {
    await sendBytes(world.binaries, res, resource.id ?? '', versionId ?? '', resource.contentType);
    return;
  }
  // The real server empties the whole reply, of a bundle too, statuses of its entries included.
  if (req.get('Prefer') === 'return=minimal' && isOk(outcome)) {
    res.type(contentType).end();
    return;
  }
  const text = JSON.stringify(resource);
  // Errors of GraphQL are more than they say of themselves, and the rewriting of links brings it to light.
  const rewritten = contentType !== FHIR_JSON || text.includes('"Binary/');
  res.type(contentType).send(rewritten ? await withLinks(world, repo, resource) : text);
}

/** Streams a stored file; 404 when its upload never finished. */
export async function sendBytes(
  binaries: BinaryStorage,
  res: Response,
  id: string,
  versionId: string,
  contentType: string,
): Promise<void> {
  if (!(await binaries.exists(id, versionId))) {
    res.sendStatus(404);
    return;
  }
  res.set('Content-Type', contentType);
  binaries.read(id, versionId).pipe(res);
}

/** JSON text with presigned links in place of `Binary/<id>`. */
export async function withLinks(world: RepositoryWorld, repo: SqliteRepository, value: unknown): Promise<string> {
  const links = new Map<string, Promise<string | undefined>>();
  const linked = await linkAttachments(value, world.urls, (id) => {
    const link = links.get(id) ?? presign(world, repo, id);
    links.set(id, link);
    return link;
  });
  return JSON.stringify(linked);
}

async function presign(world: RepositoryWorld, repo: SqliteRepository, id: string): Promise<string | undefined> {
  try {
    const binary = await repo.readResource('Binary', id);
    return world.binaries.presign(id, binary.meta?.versionId ?? '');
  } catch (error) {
    // Not there, or the quota is used up: the reference stays as it is.
    if (error instanceof OperationOutcomeError) return undefined;
    throw error;
  }
}
