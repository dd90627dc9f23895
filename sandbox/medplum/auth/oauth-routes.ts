import { allOk } from '@medplum/core';
import { type Request, type Response, Router } from 'express';
import type { ResourceStore } from '../repository/resource-store.ts';
import { sendOutcome } from '../send-fhir.ts';
import { type AuthWorld, callerOf, requireCaller } from './authenticate.ts';
import { authorizeRoutes } from './authorize-routes.ts';
import { describeUser } from './describe-user.ts';
import { grantToken, TokenError } from './grant-token.ts';

/** `/oauth2`: authorize, token, logout, userinfo, introspection. */
export function oauthRoutes(world: AuthWorld, store: ResourceStore, baseUrl: string): Router {
  const router = Router();
  router.use('/authorize', authorizeRoutes(store, baseUrl));
  router.post('/token', async (req, res) => {
    if (!req.is('application/x-www-form-urlencoded')) {
      res.status(400).send('Unsupported content type');
      return;
    }
    try {
      res.json(await grantToken(world, req));
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      res.status(400).json({ error: error.code, error_description: error.message });
    }
  });
  router.all('/logout', requireCaller(world), (req, res) => {
    const { login } = callerOf(req);
    if (login) world.logins.save({ ...login, revoked: true });
    sendOutcome(res, allOk);
  });
  router.all('/userinfo', requireCaller(world), (req: Request, res: Response) => {
    const { member, login } = callerOf(req);
    const [type = '', id = ''] = member.profile.split('/');
    const content = store.find(type, id)?.content ?? '{}';
    res.json(describeUser(JSON.parse(content), member, login?.scope ?? ''));
  });
  router.post('/introspect', async (req, res) => {
    const { token } = req.body as { token?: string };
    if (token) res.json(await introspect(world, token));
    else res.status(400).send('Token to introspect must be provided');
  });
  return router;
}

async function introspect(world: AuthWorld, token: string): Promise<Record<string, unknown>> {
  const claims = await world.tokens.read(token);
  const login = claims && world.logins.find(String(claims.login_id));
  if (!login?.granted || login.revoked) return { active: false };
  const { iat, exp, iss, sub, client_id, scope, profile } = claims ?? {};
  const patient = String(profile).startsWith('Patient/') ? String(profile).slice('Patient/'.length) : undefined;
  return { active: true, iat, exp, iss, sub, client_id, scope, patient };
}
