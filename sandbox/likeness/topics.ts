import type { Likeness } from './likeness.ts';
import { access } from './topics/access.ts';
import { answers } from './topics/answers.ts';
import { auth } from './topics/auth.ts';
import { batches } from './topics/batches.ts';
import { binary } from './topics/binary.ts';
import { bots } from './topics/bots.ts';
import { compartments } from './topics/compartments.ts';
import { conditional } from './topics/conditional.ts';
import { deletes } from './topics/deletes.ts';
import { discovery } from './topics/discovery.ts';
import { everything } from './topics/everything.ts';
import { exports } from './topics/exports.ts';
import { graphql } from './topics/graphql.ts';
import { history } from './topics/history.ts';
import { hooks } from './topics/hooks.ts';
import { limits } from './topics/limits.ts';
import { logins } from './topics/logins.ts';
import { memberships } from './topics/memberships.ts';
import { operations } from './topics/operations.ts';
import { pages } from './topics/pages.ts';
import { quota } from './topics/quota.ts';
import { scopes } from './topics/scopes.ts';
import { search } from './topics/search.ts';
import { sockets } from './topics/sockets.ts';
import { summary } from './topics/summary.ts';
import { terminology } from './topics/terminology.ts';
import { transactions } from './topics/transactions.ts';
import { validation } from './topics/validation.ts';
import { writes } from './topics/writes.ts';

/** Every assertion, by topic. To add one: into the file of its topic, or a new file here. */
const topics: Readonly<Record<string, readonly Likeness[]>> = {
  writes,
  validation,
  conditional,
  batches,
  transactions,
  search,
  pages,
  answers,
  history,
  deletes,
  binary,
  auth,
  discovery,
  memberships,
  logins,
  access,
  compartments,
  bots,
  hooks,
  sockets,
  quota,
  scopes,
  graphql,
  everything,
  exports,
  summary,
  terminology,
  operations,
  limits,
};

/** An assertion under its full name, `topic: what`. */
export type NamedLikeness = Likeness;

/** @throws Error when two have the same name */
export function allAssertions(): readonly NamedLikeness[] {
  const all = Object.entries(topics).flatMap(([topic, assertions]) =>
    assertions.map((one): NamedLikeness => ({ ...one, name: `${topic}: ${one.name}` })),
  );
  const names = new Set(all.map(({ name }) => name));
  if (names.size !== all.length) throw new Error('Two assertions have the same name');
  return all;
}
