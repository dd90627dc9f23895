import { Readable } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { createGunzip, createInflate } from 'node:zlib';
import {
  allOk,
  badRequest,
  created,
  gone,
  isResource,
  notFound,
  OperationOutcomeError,
  type WithId,
} from '@medplum/core';
import type { Binary } from '@medplum/fhirtypes';
import { type Request, type Response, Router } from 'express';
import type { RepositoryWorld } from './repository/repository-world.ts';
import { repositoryFor } from './repository/request-repository.ts';
import type { SqliteRepository } from './repository/sqlite-repository.ts';
import { sendBytes, sendResource } from './send-fhir.ts';

const EXECUTABLE_NAME =
  /\.(ade|adp|apk|appx|bat|cab|chm|cmd|com|cpl|dll|dmg|exe?|hta|ins|iso|isp|jar|jse|lib|lnk|msi|php|ps1|scr|sys|vbe?|vbs|wsf)$/i;
const EXECUTABLE_TYPES = new Set([
  'application/java-archive',
  'application/x-msdownload',
  'application/x-sh',
  'application/vnd.apple.installer+xml',
  'application/vnd.microsoft.portable-executable',
]);

/** `/fhir/R4/Binary`, ahead of every body parser: raw bytes of any size go straight to disk. */
export function binaryRoutes(world: RepositoryWorld): Router {
  const router = Router();
  router.post('/', async (req, res) => upload(world, req, res, undefined));
  router.put('/:id', async (req, res) => upload(world, req, res, req.params.id));
  return router;
}

/** `/storage/<id>/<version>`: what presigned links point at. No token needed, no Range answered. */
export function storageRoutes(world: RepositoryWorld): Router {
  const router = Router();
  router.get('/:id/:versionId', async (req, res) => {
    const { id, versionId } = req.params;
    const { Expires = '', Signature = '' } = req.query;
    const { status, text } = world.binaries.checkLink(id, versionId, String(Expires), String(Signature));
    if (status !== 200) {
      res.status(status).send(text);
      return;
    }
    const stored = world.store.find('Binary', id);
    if (!stored) throw new OperationOutcomeError(notFound);
    if (stored.content === undefined) throw new OperationOutcomeError(gone);
    const { contentType } = JSON.parse(stored.content) as Binary;
    await sendBytes(world.binaries, res, id, versionId, contentType);
  });
  return router;
}

async function upload(world: RepositoryWorld, req: Request, res: Response, id: string | undefined): Promise<void> {
  const repo = repositoryFor(world, req);
  const contentType = req.get('Content-Type') ?? 'application/octet-stream';
  let bytes = decoded(req);
  if (contentType === 'application/fhir+json') {
    const text = await readText(bytes);
    const resource = parseBinary(text);
    if (resource && (!id || resource.id === id)) {
      await answer(world, repo, req, res, await store(repo, resource, id));
      return;
    }
    bytes = Readable.from([text]);
  }
  const filename = String(req.query._filename ?? '');
  const context = req.get('X-Security-Context');
  const securityContext = context ? { securityContext: { reference: context } } : {};
  const binary = await store(repo, { resourceType: 'Binary', contentType, ...securityContext }, id);
  // In the order of the real server: a refused or broken upload leaves a Binary without bytes behind.
  refuseExecutables(filename, contentType);
  const versionId = binary.meta?.versionId ?? '';
  await world.binaries.write(binary.id, versionId, bytes);
  await answer(world, repo, req, res, { ...binary, url: world.binaries.presign(binary.id, versionId) });
}

function answer(
  world: RepositoryWorld,
  repo: SqliteRepository,
  req: Request,
  res: Response,
  binary: WithId<Binary> & { url?: string },
): Promise<void> {
  return sendResource(world, repo, req, res, req.method === 'POST' ? created : allOk, binary);
}

function store(repo: SqliteRepository, binary: Binary, id: string | undefined): Promise<WithId<Binary>> {
  return id ? repo.updateResource<Binary>({ ...binary, id }) : repo.createResource<Binary>(binary);
}

function decoded(req: Request): Readable {
  switch (req.get('Content-Encoding')?.toLowerCase()) {
    case undefined:
      return req;
    case 'gzip':
      return req.pipe(createGunzip());
    case 'deflate':
      return req.pipe(createInflate());
    default:
      throw new OperationOutcomeError(badRequest('Unsupported content encoding'));
  }
}

function parseBinary(text: string): Binary | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isResource<Binary>(body, 'Binary') ? body : undefined;
  } catch {
    return undefined;
  }
}

function refuseExecutables(filename: string, contentType: string): void {
  if (EXECUTABLE_NAME.test(filename)) throw new OperationOutcomeError(badRequest('Invalid file extension'));
  if (EXECUTABLE_TYPES.has(contentType.toLowerCase()))
    throw new OperationOutcomeError(badRequest('Invalid content type'));
}
