import { badRequest, normalizeErrorString, OperationOutcomeError } from '@medplum/core';
import type { Parameters, Subscription } from '@medplum/fhirtypes';
import { Router } from 'express';
import { type AuthWorld, callerOf } from '../auth/authenticate.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { repositoryFor } from '../repository/request-repository.ts';

const HOUR_MS = 3_600_000;

/** `Subscription/<id>/$get-ws-binding-token` (packages/server/src/fhir/operations/getwsbindingtoken.ts). */
export function bindingTokenRoute(world: RepositoryWorld, auth: AuthWorld): Router {
  const router = Router();
  router.get('/:id/$get-ws-binding-token', async (req, res) => {
    const { member, login } = callerOf(req);
    const { id } = req.params;
    if (!member.project.features.includes('websocket-subscriptions')) {
      throw refuse('WebSocket subscriptions not enabled for current project');
    }
    // With HTTP Basic there is no sign-in that a token could be of.
    if (!login) throw refuse('Login missing user');
    await repositoryFor(world, req)
      .readResource<Subscription>('Subscription', id)
      .catch((error: unknown) => {
        throw refuse(`Error reading subscription: ${normalizeErrorString(error)}`);
      });
    const url = new URL('../../ws/subscriptions-r4', world.urls.fhirBase);
    url.protocol = 'ws:';
    const answer: Parameters = {
      resourceType: 'Parameters',
      parameter: [
        { name: 'token', valueString: await auth.tokens.issueBinding(login, member, id) },
        { name: 'expiration', valueDateTime: new Date(Date.now() + HOUR_MS).toISOString() },
        { name: 'subscription', valueString: id },
        { name: 'websocket-url', valueUrl: url.href },
      ],
    };
    res.json(answer);
  });
  return router;
}

function refuse(text: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(text));
}
