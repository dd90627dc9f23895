import { expect, test } from 'vitest';
import { compare, faultsOf, tableOf } from './compare.ts';
import { parseKnownDifferences } from './known-differences.ts';
import { likeness } from './likeness.ts';
import { NotGiven } from './not-given.ts';
import { type Observation, observeAll } from './observe-all.ts';
import type { World } from './open-world.ts';

const observed = (values: Record<string, unknown>) =>
  new Map(Object.entries(values).map(([name, value]): [string, Observation] => [name, { value }]));

const sandbox = observed({ 'a: one': 1, 'a: two': ['x|y'], 'a: three': 3 });
const real = observed({ 'a: one': 1, 'a: two': ['z'], 'a: three': 4 });

test('what differs and is listed nowhere is told in the form of the list', () => {
  const { unlisted, listed, compared } = compare(sandbox, real, []);
  expect([compared, listed, unlisted.map(({ name }) => name)]).toEqual([3, [], ['a: two', 'a: three']]);
  const table = tableOf(unlisted).replaceAll('| |', '| Because. |');
  expect(compare(sandbox, real, parseKnownDifferences(table))).toMatchObject({ unlisted: [], stale: [] });
});

test('a listed difference that is gone, or of another kind, does not pass', () => {
  const known = parseKnownDifferences('| `a: one` | `1` | `2` | Because. |\n| `a: three` | `3` | `5` | Because. |');
  const { unlisted, stale } = compare(sandbox, real, known);
  expect(stale).toEqual(['a: one']);
  expect(unlisted.map(({ name }) => name)).toEqual(['a: two', 'a: three']);
});

test('a listed difference that no assertion tells of is stale too', () => {
  const known = parseKnownDifferences('| `a: four` | `1` | `2` | Because. |');
  expect(compare(sandbox, sandbox, known).stale).toEqual(['a: four']);
});

test('what one server was not given is not compared, and a throw is compared like a value', async () => {
  const assertions = [
    likeness('a: needs', 1, async () => {
      throw new NotGiven('an admin client');
    }),
    likeness('a: throws', 1, async () => {
      throw new Error('broken');
    }),
  ];
  const there = await observeAll({} as World, assertions);
  const here = observed({ 'a: needs': 1, 'a: throws': 1 });
  const { notCompared, unlisted } = compare(here, there, []);
  expect(notCompared).toEqual([{ name: 'a: needs', missing: 'an admin client' }]);
  expect(unlisted).toEqual([{ name: 'a: throws', sandbox: 1, real: { threw: 'broken' } }]);
  expect(faultsOf(assertions, there).map(({ observed }) => observed)).toEqual([
    { missing: 'an admin client' },
    { threw: 'broken' },
  ]);
});
