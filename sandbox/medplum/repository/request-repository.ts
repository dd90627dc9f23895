import type { Request } from 'express';
import { Access } from '../access/access.ts';
import { buildAccessPolicy } from '../access/build-access-policy.ts';
import { callerOf } from '../auth/authenticate.ts';
import { occasionOf } from '../strike-request.ts';
import type { RepositoryWorld } from './repository-world.ts';
import { serializationFailure } from './serializable-gate.ts';
import { SqliteRepository } from './sqlite-repository.ts';

/** The repository as the caller of a request sees it. */
export function repositoryFor(world: RepositoryWorld, req: Request): SqliteRepository {
  const { member, login, quota, onBehalfOf } = callerOf(req);
  const { admin, project } = onBehalfOf ?? member;
  return new SqliteRepository(world, {
    projectId: member.project.id,
    author: { reference: member.profile, display: member.display },
    admin: admin || project.superAdmin === true,
    superAdmin: project.superAdmin === true,
    access: new Access(buildAccessPolicy(world.store, onBehalfOf ?? member, login?.scope)),
    quota,
    extended: req.get('X-Medplum') === 'extended',
    isGone: () => req.socket.destroyed,
    meetConflict: () => {
      if (world.faults.strike('conflict', occasionOf(req))) throw serializationFailure();
    },
  });
}
