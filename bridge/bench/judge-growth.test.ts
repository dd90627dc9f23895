import { expect, test } from 'vitest';
import { judgeGrowth } from './judge-growth.ts';

const series = (valueAt: (index: number) => number) => Array.from({ length: 100 }, (_, index) => valueAt(index));

test('what rises while it warms up and swings afterwards is flat', () => {
  const warmedUp = judgeGrowth(series((index) => Math.min(150, 80 + 4 * index) + (index % 7)));
  expect(warmedUp.verdict).toBe('flat');
  expect(warmedUp.lastQuarterMb).toBeCloseTo(warmedUp.secondQuarterMb, 0);
  expect(Math.abs(warmedUp.growthMb)).toBeLessThan(1);
});

test('a leak of 20 KB an import grows, though it swings by more from sample to sample', () => {
  const leaking = judgeGrowth(series((index) => 150 + 0.2 * index + 10 * (index % 2)));
  expect(leaking.verdict).toBe('grows');
  expect(leaking.growthMb).toBeCloseTo(15, 0);
});

test('what shrinks is flat', () => {
  expect(judgeGrowth(series((index) => 200 - index)).verdict).toBe('flat');
});
