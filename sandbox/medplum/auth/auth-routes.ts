import { allOk, badRequest, notFound, OperationOutcomeError } from '@medplum/core';
import { Router } from 'express';
import type { ResourceStore } from '../repository/resource-store.ts';
import { sendOutcome } from '../send-fhir.ts';
import { type AuthWorld, callerOf, requireCaller } from './authenticate.ts';
import { describeCaller } from './describe-caller.ts';
import {
  beginSignIn,
  checkFields,
  chooseMembership,
  chooseScope,
  describeSignIn,
  findLogin,
  type SignIn,
} from './sign-in.ts';

/** `/auth`: which method, sign in with e-mail and password, choose a profile and a scope, who am I, end a session. */
export function authRoutes(world: AuthWorld, store: ResourceStore): Router {
  const router = Router();
  // An empty answer: no external identity provider, ask for a password.
  router.post('/method', (_req, res) => {
    res.json({});
  });
  router.post('/login', (req, res) => {
    res.json(describeSignIn(world, beginSignIn(world, req.body as SignIn)));
  });
  router.post('/profile', (req, res) => {
    const { login, profile } = req.body as { login?: string; profile?: string };
    checkFields([
      ['login', login !== undefined, 'Missing login'],
      ['profile', profile !== undefined, 'Missing profile'],
    ]);
    const { id, code } = chooseMembership(world, login ?? '', profile ?? '');
    res.json({ login: id, code });
  });
  router.post('/scope', (req, res) => {
    const { login, scope } = req.body as { login?: string; scope?: string };
    checkFields([
      ['login', login !== undefined, 'Missing login'],
      ['scope', scope !== undefined, 'Missing scope'],
    ]);
    const { id, code } = chooseScope(world, login ?? '', scope ?? '');
    res.json({ login: id, code });
  });
  router.get('/login/:id', (req, res) => {
    const login = findLogin(world, req.params.id);
    if (login.granted) throw new OperationOutcomeError(badRequest('Login already granted'));
    if (login.revoked) throw new OperationOutcomeError(badRequest('Login revoked'));
    res.json(describeSignIn(world, login));
  });
  router.get('/me', requireCaller(world), (req, res) => {
    res.json(describeCaller(world, store, callerOf(req)));
  });
  router.post('/revoke', requireCaller(world), (req, res) => {
    const { loginId = '' } = req.body as { loginId?: string };
    const login = findLogin(world, loginId);
    if (login.userId !== callerOf(req).login?.userId) throw new OperationOutcomeError(notFound);
    world.logins.save({ ...login, revoked: true });
    sendOutcome(res, allOk);
  });
  return router;
}
