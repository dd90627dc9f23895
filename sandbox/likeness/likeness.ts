import type { World } from './open-world.ts';

/**
 * One thing that a client can notice about a Medplum server. What it observes is a JSON value without anything that differs
 * from run to run (ids, times, addresses), so that two servers can be compared by it.
 */
export interface Likeness {
  readonly name: string;
  /** What the sandbox answers. */
  readonly expected: unknown;
  observe(world: World): Promise<unknown>;
}

export function likeness(name: string, expected: unknown, observe: (world: World) => Promise<unknown>): Likeness {
  return { name, expected, observe };
}
