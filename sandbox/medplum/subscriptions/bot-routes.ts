import { Readable } from 'node:stream';
import { allOk, badRequest, notFound, OperationOutcomeError, Operator, type WithId } from '@medplum/core';
import type { Binary, Bot } from '@medplum/fhirtypes';
import { type Request, type Response, Router } from 'express';
import { type AuthWorld, callerOf } from '../auth/authenticate.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { repositoryFor } from '../repository/request-repository.ts';
import type { SqliteRepository } from '../repository/sqlite-repository.ts';
import { sendOutcome } from '../send-fhir.ts';
import { type BotResult, runBot } from './run-bot.ts';

/** `/fhir/R4/Bot`, as far as it is no FHIR resource: `$deploy` and `$execute`. */
export function botRoutes(world: RepositoryWorld, auth: AuthWorld): Router {
  const router = Router();
  router.post('/:id/$deploy', async (req, res) => {
    const repo = repositoryFor(world, req);
    const bot = await repo.readResource<Bot>('Bot', req.params.id);
    const { code, filename = 'index.js' } = req.body as { code?: string; filename?: string };
    if (!code) throw new OperationOutcomeError(badRequest('Bot missing executable code'));
    if (!callerOf(req).member.project.features.includes('bots')) {
      throw new OperationOutcomeError(badRequest('Bots not enabled'));
    }
    await repo.updateResource<Bot>({ ...bot, executableCode: await storeCode(world, repo, code, filename) });
    sendOutcome(res, allOk);
  });
  const execute = async (req: Request, res: Response): Promise<void> => {
    const { member } = callerOf(req);
    const bot = await findBot(repositoryFor(world, req), req);
    const result = await runBot(world, auth, {
      bot,
      runAs: auth.stored.ofProfile(`Bot/${bot.id}`) ?? member,
      requester: { reference: member.profile, display: member.display },
      input: req.method === 'POST' ? req.body : req.query,
      contentType: req.get('Content-Type') ?? '',
      headers: req.headers,
    });
    answer(res, result);
  };
  router.all('/:id/$execute', execute);
  router.all('/$execute', execute);
  return router;
}

async function findBot(repo: SqliteRepository, req: Request): Promise<WithId<Bot>> {
  const { id } = req.params;
  if (id) return repo.readResource<Bot>('Bot', String(id));
  const filters = [{ code: 'identifier', operator: Operator.EXACT, value: String(req.query.identifier ?? '') }];
  const bot = await repo.searchOne<Bot>({ resourceType: 'Bot', filters });
  if (!bot) throw new OperationOutcomeError(notFound);
  return bot;
}

/** What a bot gave back is the body as it is; a bot that failed is 400 with what it threw. */
function answer(res: Response, { success, log, returnValue }: BotResult): void {
  const body = returnValue === undefined ? (success ? allOk : badRequest(log)) : returnValue;
  res
    .status(success ? 200 : 400)
    .type('application/json')
    .send(textOf(body));
}

/** As Express sends it there: null is an empty body. */
function textOf(body: unknown): string {
  if (body === null) return '';
  return typeof body === 'object' || typeof body === 'boolean' ? JSON.stringify(body) : String(body);
}

/** Stores the text of a bot, and gives the attachment that names it. */
export async function storeCode(world: RepositoryWorld, repo: SqliteRepository, code: string, title: string) {
  const contentType = title.endsWith('.ts') ? 'text/typescript' : 'text/javascript';
  const binary = await repo.createResource<Binary>({ resourceType: 'Binary', contentType });
  await world.binaries.write(binary.id, binary.meta?.versionId ?? '', Readable.from(code));
  return { contentType, title, url: `Binary/${binary.id}` };
}
