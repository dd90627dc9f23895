import fc from 'fast-check';
import { expect, test } from 'vitest';
import { QuotaGate } from './quota-gate.ts';

interface Flight {
  readonly cost: number;
  readonly endsAt: number;
}

/** A server with a limit per minute, and a client with a queue of requests that asks the gate; time is a number. */
function simulate(limit: number, costs: readonly number[], lanes: number, latencyMs: number) {
  const gate = new QuotaGate();
  let [now, spent, windowEnds, refused, sentInVain] = [0, 1, 60_000, 0, 0];
  gate.start(1);
  gate.end(1, { unitsLeft: limit - 1, resetSeconds: 60 }, 0);
  const queue = [...costs];
  const flights: Flight[] = [];
  for (let steps = 0; (queue.length > 0 || flights.length > 0) && steps < 100_000; steps++) {
    const ended = flights.findIndex(({ endsAt }) => endsAt <= now);
    if (ended >= 0) {
      const [{ cost } = { cost: 0 }] = flights.splice(ended, 1);
      if (now >= windowEnds) [spent, windowEnds] = [0, now + 60_000];
      spent += cost;
      const said = { unitsLeft: Math.max(0, limit - spent), resetSeconds: Math.ceil((windowEnds - now) / 1000) };
      gate.end(cost, said, now);
      if (spent <= limit) continue;
      refused++;
      gate.close(windowEnds - now, now);
      if (cost <= limit) queue.unshift(cost);
      continue;
    }
    const [next] = queue;
    const waitMs = next === undefined || flights.length >= lanes ? Number.POSITIVE_INFINITY : gate.waitMs(next, now);
    if (next !== undefined && waitMs === 0) {
      if (
        flights.length > 0 &&
        limit - (now < windowEnds ? spent : 0) < next + flights.reduce((sum, { cost }) => sum + cost, 0)
      )
        sentInVain++;
      queue.shift();
      gate.start(next);
      flights.push({ cost: next, endsAt: now + latencyMs });
      continue;
    }
    now = Math.min(now + waitMs, ...flights.map(({ endsAt }) => endsAt));
  }
  return { left: queue.length, refused, sentInVain, minutes: now / 60_000 };
}

test('everything is sent in the end, and nothing is sent into what cannot hold it while something is under way', () => {
  const costs = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1_000, max: 20_000 }), costs, fc.integer({ min: 1, max: 8 }), (limit, all, lanes) => {
      expect(simulate(limit, all, lanes, 40)).toMatchObject({ left: 0, refused: 0, sentInVain: 0 });
    }),
  );
});

test('a stock quota is used up to its last bundle in every minute', () => {
  const { minutes, refused } = simulate(
    50_000,
    Array.from({ length: 12 }, () => 10_200),
    4,
    700,
  );
  expect(refused).toBe(0);
  expect(Math.floor(minutes)).toBe(2);
});

test('what is dearer than the whole limit is tried once a window, not hammered', () => {
  const gate = new QuotaGate();
  gate.start(10_000);
  gate.end(10_000, { unitsLeft: 0, resetSeconds: 60 }, 0);
  gate.close(60_000, 0);
  expect(gate.waitMs(10_000, 1)).toBe(59_999);
  expect(gate.waitMs(10_000, 60_000)).toBe(0);
  gate.start(10_000);
  expect(gate.waitMs(10_000, 60_001)).toBeGreaterThan(0);
});

test('what a reply is silent about counts as spent until the window turns over', () => {
  const gate = new QuotaGate();
  gate.start(1);
  gate.end(1, { unitsLeft: 1_000, resetSeconds: 60 }, 0);
  for (let n = 0; n < 5; n++) {
    gate.start(100);
    gate.end(100, undefined, 10);
  }
  expect(gate.waitMs(600, 20)).toBe(59_980);
  expect(gate.waitMs(500, 20)).toBe(0);
  expect(gate.waitMs(600, 60_000)).toBe(0);
});

test('a server that names no limit is never waited for', () => {
  const gate = new QuotaGate();
  for (let n = 0; n < 20; n++) gate.start(10_000);
  gate.end(10_000, undefined, 0);
  expect(gate.waitMs(10_000, 0)).toBe(0);
});
