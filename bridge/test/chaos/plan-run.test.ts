import fc from 'fast-check';
import { expect, test } from 'vitest';
import { kindsOf } from './draw-journey.ts';
import { type FaultRates, planCalmRun, planRun } from './plan-run.ts';

const seeds = fc.integer({ min: 0, max: 1_000_000 });

test('a seed gives the same plan each time, and another one another', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(planRun(seed)).toEqual(planRun(seed));
      expect(planRun(seed)).not.toEqual(planRun(seed + 1));
    }),
  );
});

test('of any request at most one thing becomes, and most go through', () => {
  const sumOf = ({ dropped, lost, failed, throttled, slow }: FaultRates) => dropped + lost + failed + throttled + slow;
  fc.assert(
    fc.property(seeds, (seed) => {
      for (const rates of Object.values(planRun(seed).rates)) expect(sumOf(rates)).toBeLessThan(0.75);
    }),
  );
});

test('what is held until everything else has come to rest is waited for by nobody who lives', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      for (const { victim, at, request } of planRun(seed).deaths) {
        if (request === 'last') expect(at.hop).toBe(victim === 'worker' ? 'store' : 'api-store');
      }
    }),
  );
});

test('a thousand seeds live every kind of journey, and end it at any moment', () => {
  const journeys = Array.from({ length: 1_000 }, (_, seed) => planRun(seed)).flatMap((plan) => plan.journeys);
  const kinds = new Set(journeys.flatMap(kindsOf));
  expect([...kinds].sort()).toEqual(['decided', 'erased', 'failed', 'held', 'plain', 'resynced', 'revoked']);
  for (const { decided, later, ended, chart, failWith } of journeys) {
    if (decided) expect(chart).toBe('other');
    if (failWith) expect([decided, later, ended]).toEqual([undefined, undefined, undefined]);
  }
  const moments = new Set(journeys.map(({ ended }) => ended && (ended.at?.of ?? 'the end')));
  expect(moments).toEqual(new Set([undefined, 'request', 'bundle', 'the end']));
});

test('a thousand seeds kill every part on every way, and break every kind of request', () => {
  const plans = Array.from({ length: 1_000 }, (_, seed) => planRun(seed));
  const deaths = new Set(plans.flatMap((plan) => plan.deaths.map(({ victim, at }) => `${victim} ${at.hop} ${at.of}`)));
  for (const victim of ['worker', 'api', 'redis', 'store']) {
    for (const moment of ['store bundle', 'store request', 'store run', 'front request'])
      expect(deaths).toContain(`${victim} ${moment}`);
  }
  const broken = plans.flatMap(({ rates }) =>
    Object.entries(rates.store).flatMap(([kind, rate]) => (rate > 0 ? kind : [])),
  );
  expect([...new Set(broken)].sort()).toEqual(Object.keys(planCalmRun([]).rates.store).sort());
});
