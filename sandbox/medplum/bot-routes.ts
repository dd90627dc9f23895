import { Readable } from 'node:stream';
import { allOk, badRequest, forbidden, notFound, OperationOutcomeError, Operator, type WithId } from '@medplum/core';
import type { Binary, Bot, ProjectMembership } from '@medplum/fhirtypes';
import { type Request, type Response, Router } from 'express';
import { type AuthWorld, callerOf } from './authenticate.ts';
import type { QuotaBook } from './quota.ts';
import { repositoryFor } from './request-repository.ts';
import { type BotResult, runBot } from './run-bot.ts';
import { sendOutcome } from './send-fhir.ts';
import type { RepositoryWorld, SqliteRepository } from './sqlite-repository.ts';
import { systemRepository } from './system-repository.ts';

/** What a bot is made with, until it is deployed. */
const FIRST_CODE = 'export async function handler(medplum: MedplumClient, event: BotEvent): Promise<any> {}\n';

/** The body of `POST admin/projects/<id>/bot`. */
type NewBot = Partial<Pick<Bot, 'name' | 'description' | 'runtimeVersion'> & Pick<ProjectMembership, 'accessPolicy'>>;

/** `/admin`: a project's admin makes a bot, which becomes a member of the project. */
export function adminRoutes(world: RepositoryWorld, quotas: QuotaBook): Router {
  const router = Router();
  router.post('/projects/:projectId/bot', async (req, res) => {
    const { member } = callerOf(req);
    if (!member.admin || member.project.id !== req.params.projectId) throw new OperationOutcomeError(forbidden);
    const { name, description, accessPolicy, runtimeVersion } = req.body as NewBot;
    if (!name) throw new OperationOutcomeError(badRequest('Bot name is required'));
    const repo = repositoryFor(world, req);
    const sourceCode = await storeCode(world, repo, FIRST_CODE, 'index.ts');
    const bot = await repo.createResource<Bot>({
      resourceType: 'Bot',
      name,
      ...(description && { description }),
      runtimeVersion: runtimeVersion ?? 'vmcontext',
      sourceCode,
    });
    await systemRepository(world, quotas, member.project.id).createResource<ProjectMembership>({
      resourceType: 'ProjectMembership',
      project: { reference: `Project/${member.project.id}`, display: member.project.name },
      user: { reference: `Bot/${bot.id}`, display: name },
      profile: { reference: `Bot/${bot.id}`, display: name },
      ...(accessPolicy && { accessPolicy }),
    });
    res.status(201).json(bot);
  });
  return router;
}

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
      runAs: auth.bots.ofBot(bot.id) ?? member,
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
  const body = returnValue ?? (success ? allOk : badRequest(log));
  const text = typeof body === 'object' || typeof body === 'boolean' ? JSON.stringify(body) : String(body);
  res
    .status(success ? 200 : 400)
    .type('application/json')
    .send(text);
}

async function storeCode(world: RepositoryWorld, repo: SqliteRepository, code: string, title: string) {
  const contentType = title.endsWith('.ts') ? 'text/typescript' : 'text/javascript';
  const binary = await repo.createResource<Binary>({ resourceType: 'Binary', contentType });
  await world.binaries.write(binary.id, binary.meta?.versionId ?? '', Readable.from(code));
  return { contentType, title, url: `Binary/${binary.id}` };
}
