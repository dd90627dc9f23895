import { expect, test } from 'vitest';
import { estimateTime } from './estimate-time.ts';

const needs = { writes: 1000, readUnits: 400, documents: { count: 30, bytes: 0 } };
const RESERVE = 12_000;

test('a server without a quota is as fast as it can be', () => {
  const { units, quotaSeconds, seconds } = estimateTime(needs, undefined, RESERVE);
  expect([units, quotaSeconds, seconds]).toEqual([105_400, 0, 7]);
});

test('a stock quota lets through what is left now, then 38,000 units a minute', () => {
  const quota = { unitsLeft: 50_000, resetSeconds: 40, mostLeft: 50_000 };
  // 105,400 - 38,000 = 67,400: two more windows, the first of which begins in 40 s.
  expect(estimateTime(needs, quota, RESERVE)).toMatchObject({ quotaSeconds: 100, seconds: 100 });
});

test('what fits into the units left waits for nothing; many bytes take their time', () => {
  const quota = { unitsLeft: 10_000_000, resetSeconds: 40, mostLeft: 10_000_000 };
  const heavy = { ...needs, documents: { count: 30, bytes: 6e9 } };
  expect(estimateTime(heavy, quota, RESERVE)).toMatchObject({ quotaSeconds: 0, seconds: 107 });
});
