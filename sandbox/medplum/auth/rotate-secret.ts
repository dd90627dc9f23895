import { badRequest, forbidden, OperationOutcomeError } from '@medplum/core';
import type { ClientApplication, Parameters } from '@medplum/fhirtypes';
import { Router } from 'express';
import type { QuotaBook } from '../quota.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { systemRepository } from '../repository/system-repository.ts';
import { callerOf } from './authenticate.ts';
import { randomSecret } from './logins.ts';

/**
 * `ClientApplication/<id>/$rotate-secret`, as packages/server/src/fhir/operations/rotatesecret.ts has it: with `secret`, the
 * present one, a new one is made and both are taken; with `retiringSecret` the old one is taken no more.
 */
export function rotateSecretRoute(world: RepositoryWorld, quotas: QuotaBook): Router {
  const router = Router();
  router.post('/:id/$rotate-secret', async (req, res) => {
    const { member } = callerOf(req);
    if (!member.admin && !member.project.superAdmin) throw new OperationOutcomeError(forbidden);
    const { secret, retiringSecret } = req.body as { secret?: string; retiringSecret?: string };
    if (!secret && !retiringSecret) throw refuse('Secret to rotate must be provided');
    if (secret && retiringSecret) throw refuse('Only one secret can be rotated at a time');
    const repo = systemRepository(world, quotas, member.project.id);
    const client = await repo.readResource<ClientApplication>('ClientApplication', req.params.id);
    const stored = await repo.updateResource<ClientApplication>(rotated(client, secret, retiringSecret));
    const answer: Parameters = { resourceType: 'Parameters', parameter: [{ name: 'return', resource: stored }] };
    res.json(answer);
  });
  return router;
}

function rotated(client: ClientApplication, secret?: string, retiring?: string): ClientApplication {
  const { retiringSecret, ...kept } = client;
  if (secret && secret === client.secret) return { ...kept, secret: randomSecret(), retiringSecret: secret };
  if (retiring && retiring === retiringSecret) return kept;
  throw refuse('Provided secret does not match client');
}

function refuse(text: string): OperationOutcomeError {
  return new OperationOutcomeError(badRequest(text));
}
