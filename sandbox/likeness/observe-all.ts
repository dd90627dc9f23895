import { normalizeErrorString } from '@medplum/core';
import { NotGiven } from './not-given.ts';
import type { World } from './open-world.ts';
import type { NamedLikeness } from './topics.ts';

/** What came of one assertion on one server. */
export type Observation = { readonly value: unknown } | { readonly notGiven: string };

/** Observes one by one, in order: several at once would disturb each other. A throw is a value like any other. */
export async function observeAll(
  world: World,
  assertions: readonly NamedLikeness[],
): Promise<ReadonlyMap<string, Observation>> {
  const observations = new Map<string, Observation>();
  for (const { name, observe } of assertions) observations.set(name, await observeOne(world, observe));
  return observations;
}

async function observeOne(world: World, observe: NamedLikeness['observe']): Promise<Observation> {
  try {
    return { value: asJson(await observe(world)) };
  } catch (error) {
    if (error instanceof NotGiven) return { notGiven: error.message };
    return { value: { threw: normalizeErrorString(error) } };
  }
}

/** As JSON has it, so that an absent property and an undefined one are the same. */
export function asJson(value: unknown): unknown {
  return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
