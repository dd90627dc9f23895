import { expect, test } from 'vitest';
import { jainIndex, measureFairness, type Turn } from './measure-fairness.ts';

/** Queued in this order, a second of work each. */
const inTurn = (kinds: readonly string[]): Turn[] =>
  kinds.map((kind, position) => ({ kind, queuedAt: 0.1 * position, startedAt: position, endedAt: position + 1 }));

test('Jain’s index is 1 when all have the same, and one in n when one has everything', () => {
  expect(jainIndex([3, 3, 3, 3])).toBe(1);
  expect(jainIndex([8, 0, 0, 0])).toBe(0.25);
  expect(jainIndex([0, 0])).toBe(1);
});

test('first come, first served is fair to every size', () => {
  const fairness = measureFairness(inTurn(['large', 'small', 'small', 'large']));
  expect(fairness).toMatchObject({ firstWait: 0, medianWait: 1, lastWait: 3, mostOvertaken: 0, longestStall: 1 });
  expect(fairness.jain).toBe(1);
  expect(fairness.byKind.small).toEqual({ count: 2, medianWait: 1, longestWait: 2, medianWork: 1 });
});

test('a large one that everyone else overtakes is seen to starve', () => {
  const [large, ...small] = inTurn(['large', ...Array.from({ length: 9 }, () => 'small')]);
  const starved = measureFairness([{ ...large, startedAt: 30, endedAt: 40 } as Turn, ...small]);
  expect(starved.mostOvertaken).toBe(9);
  expect(starved.jain).toBeLessThan(0.7);
  expect(starved.longestStall).toBe(21);
});
