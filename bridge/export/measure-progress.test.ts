import { expect, test } from 'vitest';
import { measureProgress } from './measure-progress.ts';

test('the rate of a phase is its average, and the rest takes as long as that says', () => {
  let now = 5_000;
  const measure = measureProgress(() => now);
  expect(measure({ phase: 'scan', done: 100, total: 900 })).toEqual({ phase: 'scan', bytes: 100, totalBytes: 900 });
  now += 2_000;
  expect(measure({ phase: 'scan', done: 500, total: 900 })).toMatchObject({ rate: 200, etaSeconds: 2 });
  const write = { phase: 'write', done: 40, total: 100, written: 30, quarantined: 1 } as const;
  const counted = { phase: 'write', lines: 40, totalLines: 100, written: 30, quarantined: 1 };
  expect(measure(write)).toEqual(counted);
  now += 10_000;
  expect(measure(write)).toEqual(counted);
  expect(measure({ ...write, done: 60 })).toMatchObject({ rate: 2, etaSeconds: 20 });
});
