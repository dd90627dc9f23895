import { Access } from '../access/access.ts';
import type { QuotaBook } from '../quota.ts';
import type { RepositoryWorld } from './repository-world.ts';
import { SqliteRepository } from './sqlite-repository.ts';

/** A rule for `*` leaves out what is for a project's admins. */
const EVERYTHING = new Access({
  resourceType: 'AccessPolicy',
  resource: (['*', 'AccessPolicy', 'ProjectMembership', 'User'] as const).map((resourceType) => ({ resourceType })),
});

/** The repository as the server itself uses it, for what no caller may write: no limits, charged to nobody. */
export function systemRepository(world: RepositoryWorld, quotas: QuotaBook, projectId: string): SqliteRepository {
  return new SqliteRepository(world, {
    projectId,
    author: { reference: 'system' },
    admin: true,
    access: EVERYTHING,
    quota: quotas.openAccount('system', 'system'),
    extended: false,
    isGone: () => false,
  });
}
