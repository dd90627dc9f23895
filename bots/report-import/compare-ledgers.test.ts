import { expect, test } from 'vitest';
import { compareLedgers } from './compare-ledgers.ts';

const place = { file: 0, line: 1, offset: 0, length: 2, sha256: 'a'.repeat(64) };
const uuid = (n: number) => `${n}0000000-0000-4000-8000-000000000000`;

function entry(key: string, disposition: string, n: number, more: object = {}): string {
  return JSON.stringify({ ...place, key, disposition, target: `Observation/${uuid(n)}`, ...more });
}

function vanished(key: string, n: number, code?: string): string {
  return JSON.stringify({ key, disposition: 'vanished', earlier: `Observation/${uuid(n)}`, ...(code && { code }) });
}

test('what each ledger says of a key decides, not what the later import happened to do', () => {
  const before = [
    entry('O/a', 'created', 1),
    entry('O/b', 'unchanged', 2),
    vanished('O/c', 3),
    entry('O/d', 'created', 4),
    entry('O/f', 'created', 6),
  ];
  const now = [
    entry('O/a', 'updated', 1),
    vanished('O/b', 2),
    entry('O/c', 'unchanged', 3),
    entry('O/d', 'unchanged', 4),
    entry('O/d', 'duplicate', 4),
    // An import that was killed after it had created this finds it unchanged.
    entry('O/e', 'unchanged', 5),
    // And this, which it had updated.
    entry('O/f', 'unchanged', 6, { byEarlierRun: true }),
  ];
  expect(compareLedgers(before.join('\n'), `${now.join('\n')}\n`)).toEqual({
    vanished: [`Observation/${uuid(2)}`],
    back: [`Observation/${uuid(3)}`],
    changed: [`Observation/${uuid(1)}`, `Observation/${uuid(6)}`],
    new: [`Observation/${uuid(5)}`],
  });
});

test('what vanished long ago, was deleted here or is no entry of ours is not told again', () => {
  const before = [vanished('O/a', 1), entry('O/b', 'created', 2)].join('\n');
  const now = [vanished('O/a', 1), vanished('O/b', 2, 'deleted-here'), 'no JSON', '{"key":1}'].join('\n');
  expect(compareLedgers(before, now)).toEqual({ vanished: [], back: [], changed: [], new: [] });
});
