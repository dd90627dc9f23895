import { isDeepStrictEqual } from 'node:util';
import { type KnownDifference, rowOf } from './known-differences.ts';
import type { Observation } from './observe-all.ts';
import type { NamedLikeness } from './topics.ts';

/** What the two servers say of one assertion. */
export interface Difference {
  readonly name: string;
  readonly sandbox: unknown;
  readonly real: unknown;
}

export interface Comparison {
  readonly compared: number;
  /** Listed nowhere: the sandbox is to be mended, or the difference to be given a reason. */
  readonly unlisted: readonly Difference[];
  readonly listed: readonly Difference[];
  /** Listed, and not there (any more): the list is to be mended. */
  readonly stale: readonly string[];
  /** By what was missing. */
  readonly notCompared: readonly { readonly name: string; readonly missing: string }[];
}

/** Holds what was observed on both servers against each other and against the list. */
export function compare(
  sandbox: ReadonlyMap<string, Observation>,
  real: ReadonlyMap<string, Observation>,
  known: readonly KnownDifference[],
): Comparison {
  const notCompared: { name: string; missing: string }[] = [];
  const differences: Difference[] = [];
  const same = new Set<string>();
  for (const [name, ours] of sandbox) {
    const theirs = real.get(name) ?? { notGiven: 'not observed' };
    if ('notGiven' in ours || 'notGiven' in theirs) {
      notCompared.push({ name, missing: 'notGiven' in theirs ? theirs.notGiven : 'the sandbox' });
    } else if (isDeepStrictEqual(ours.value, theirs.value)) same.add(name);
    else differences.push({ name, sandbox: ours.value, real: theirs.value });
  }
  const isListed = (difference: Difference) => known.some((row) => isSame(row, difference));
  return {
    compared: same.size + differences.length,
    unlisted: differences.filter((difference) => !isListed(difference)),
    listed: differences.filter(isListed),
    stale: known.map(({ name }) => name).filter((name) => same.has(name) || !sandbox.has(name)),
    notCompared,
  };
}

function isSame(row: KnownDifference, { name, sandbox, real }: Difference): boolean {
  return row.name === name && isDeepStrictEqual(row.sandbox, sandbox) && isDeepStrictEqual(row.real, real);
}

/** The assertions in which the sandbox is not what it should be. */
export function faultsOf(
  assertions: readonly NamedLikeness[],
  sandbox: ReadonlyMap<string, Observation>,
): readonly { readonly name: string; readonly expected: unknown; readonly observed: unknown }[] {
  return assertions.flatMap(({ name, expected }) => {
    const one = sandbox.get(name);
    const observed = one && 'value' in one ? one.value : { missing: one?.notGiven };
    return isDeepStrictEqual(observed, expected) ? [] : [{ name, expected, observed }];
  });
}

/** For people: a Markdown table of what differs, in the form of the list. */
export function tableOf(differences: readonly Difference[]): string {
  const rows = differences.map(({ name, sandbox, real }) => rowOf(name, sandbox, real));
  return ['| assertion | sandbox | real server | reason |', '|---|---|---|---|', ...rows, ''].join('\n');
}
