import { allOk, badRequest, forbidden, OperationOutcomeError, type WithId } from '@medplum/core';
import type { Bot, ClientApplication, ProjectMembership } from '@medplum/fhirtypes';
import { type Request, Router } from 'express';
import { type AuthWorld, callerOf } from './auth/authenticate.ts';
import { type Invitation, inviteUser } from './auth/invite-user.ts';
import { type Member, randomSecret } from './auth/logins.ts';
import type { RepositoryWorld } from './repository/repository-world.ts';
import { repositoryFor } from './repository/request-repository.ts';
import { systemRepository } from './repository/system-repository.ts';
import { sendResource } from './send-fhir.ts';
import { storeCode } from './subscriptions/bot-routes.ts';

/** What a bot is made with, until it is deployed. */
const FIRST_CODE = 'export async function handler(medplum: MedplumClient, event: BotEvent): Promise<any> {}\n';

/** The body of `POST admin/projects/<id>/bot`, and of `.../client`. */
type NewMember = Partial<
  Pick<Bot, 'name' | 'description' | 'runtimeVersion'> &
    Pick<ClientApplication, 'redirectUri' | 'redirectUris'> &
    Pick<ProjectMembership, 'accessPolicy'>
>;

/** `/admin`: a project's admin invites people and makes bots and clients; each becomes a member of the project. */
export function adminRoutes(world: RepositoryWorld, auth: AuthWorld): Router {
  const { quotas } = auth;
  const router = Router();
  router.get('/projects/:projectId', (req, res) => {
    const { id, name } = adminOf(req).project;
    res.json({ project: { id, name } });
  });
  router.post('/projects/:projectId/invite', async (req, res) => {
    const membership = await inviteUser(world, auth, adminOf(req), req.body as Invitation);
    await sendResource(world, repositoryFor(world, req), req, res, allOk, membership);
  });
  router.post('/projects/:projectId/bot', async (req, res) => {
    const admin = adminOf(req);
    const { name, description, accessPolicy, runtimeVersion } = req.body as NewMember;
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
    await join(admin, bot, accessPolicy);
    res.status(201).json(bot);
  });
  router.post('/projects/:projectId/client', async (req, res) => {
    const admin = adminOf(req);
    const { name, description, accessPolicy, redirectUri, redirectUris } = req.body as NewMember;
    if (!name) throw new OperationOutcomeError(badRequest('Client name is required'));
    const client = await systemRepository(world, quotas, admin.project.id).createResource<ClientApplication>({
      resourceType: 'ClientApplication',
      name,
      ...(description && { description }),
      secret: randomSecret(),
      ...(redirectUri && { redirectUri }),
      ...(redirectUris && { redirectUris }),
    });
    await join(admin, client, accessPolicy);
    res.status(201).json(client);
  });
  return router;

  async function join(
    { project }: Member,
    speaker: WithId<Bot | ClientApplication>,
    accessPolicy: ProjectMembership['accessPolicy'],
  ): Promise<void> {
    const profile = { reference: `${speaker.resourceType}/${speaker.id}`, display: speaker.name ?? '' };
    await systemRepository(world, quotas, project.id).createResource<ProjectMembership>({
      resourceType: 'ProjectMembership',
      project: { reference: `Project/${project.id}`, display: project.name },
      user: profile,
      profile,
      ...(accessPolicy && { accessPolicy }),
    });
  }
}

function adminOf(req: Request): Member {
  const { member } = callerOf(req);
  if (!member.admin || member.project.id !== req.params.projectId) throw new OperationOutcomeError(forbidden);
  return member;
}
