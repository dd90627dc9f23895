import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BundleEnd, FlightLimit, MOST_IN_FLIGHT } from './flight-limit.ts';

/** A server that takes so many resources a second when so many bundles are in flight. */
type Server = (inFlight: number) => number;

const fine = { isTroubled: false, isAwaited: true, quotaWaits: 0 };

/** Sends bundles of a hundred; gives the limit after each. */
function send(
  flight: FlightLimit,
  server: Server,
  bundles: number,
  more: (n: number) => Partial<BundleEnd> = () => ({}),
) {
  let at = 0;
  return Array.from({ length: bundles }, (_, n) => {
    at += 100_000 / server(flight.limit);
    flight.ended({ at, resources: 100, ...fine, ...more(n) });
    return flight.limit;
  });
}

const scales: Server = (inFlight) => 100 * inFlight;
const flat: Server = (inFlight) => (inFlight === 1 ? 100 : 150);

test('it begins with four, and one where that is all there may be', () => {
  expect(new FlightLimit(MOST_IN_FLIGHT).limit).toBe(4);
  expect(new FlightLimit(1).limit).toBe(1);
  expect(send(new FlightLimit(1), scales, 200)).toEqual(Array(200).fill(1));
});

test('a server that gains by every one more gets as many as may be', () => {
  const limits = send(new FlightLimit(MOST_IN_FLIGHT), scales, 400);
  expect(Math.max(...limits)).toBe(8);
  expect(limits.slice(200).every((limit) => limit >= 7)).toBe(true);
});

test('a server that gains nothing above two gets about two', () => {
  const limits = send(new FlightLimit(MOST_IN_FLIGHT), flat, 600);
  expect(limits.slice(300).every((limit) => limit <= 3)).toBe(true);
  expect(limits.at(-1)).toBeGreaterThanOrEqual(1);
});

test('a server that is best at four keeps about four', () => {
  const rates = [0, 110, 157, 180, 194, 192, 188, 184, 179];
  const limits = send(new FlightLimit(MOST_IN_FLIGHT), (inFlight) => rates[inFlight] ?? 1, 600);
  expect(limits.every((limit) => limit >= 3 && limit <= 5)).toBe(true);
  expect(limits.filter((limit) => limit === 4).length).toBeGreaterThan(300);
});

test('much trouble in a round halves it, a single one does not', () => {
  const calm = send(new FlightLimit(MOST_IN_FLIGHT), flat, 12, (n) => ({ isTroubled: n === 3 }));
  expect(calm.at(-1)).toBe(5);
  const troubled = send(new FlightLimit(MOST_IN_FLIGHT), flat, 12, (n) => ({ isTroubled: n % 4 === 0 }));
  expect(troubled.at(-1)).toBe(2);
});

test('bundles that take twice as long halve it', () => {
  const flight = new FlightLimit(MOST_IN_FLIGHT);
  // Up to five and back, then a round at rest.
  send(flight, flat, 12 + 15 + 12);
  expect(flight.limit).toBe(4);
  send(flight, () => 50, 12);
  expect(flight.limit).toBe(2);
});

test('while the quota or the bridge sets the speed it does not rise', () => {
  const slow = [(n: number) => ({ quotaWaits: n }), () => ({ isAwaited: false })];
  for (const more of slow) {
    const limits = send(new FlightLimit(MOST_IN_FLIGHT), scales, 200, more);
    expect(Math.max(...limits)).toBe(4);
  }
});

test('a quota that runs out during a step up takes the step back', () => {
  const flight = new FlightLimit(MOST_IN_FLIGHT);
  expect(send(flight, scales, 12).at(-1)).toBe(5);
  expect(send(flight, scales, 15, (n) => ({ quotaWaits: n })).at(-1)).toBe(4);
});

test('whatever happens, it stays between one and the most', () => {
  const end = fc.record({
    at: fc.nat(1000),
    resources: fc.nat(300),
    isTroubled: fc.boolean(),
    isAwaited: fc.boolean(),
    quotaWaits: fc.nat(1),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MOST_IN_FLIGHT }), fc.array(end, { maxLength: 300 }), (most, ends) => {
      const flight = new FlightLimit(most);
      let at = 0;
      for (const one of ends) {
        at += one.at;
        flight.ended({ ...one, at });
        expect(flight.limit >= 1 && flight.limit <= most).toBe(true);
      }
    }),
  );
});
