import { expect, test } from 'vitest';
import { FASTEN_FAULTS, STORE_FAULTS } from './fault-kinds.ts';
import { Faults } from './faults.ts';

const request = { method: 'POST', path: '/fhir/R4/Basic' };

/** On which of so many occasions it struck. */
function struckOn(faults: Faults<'late'>, occasions: number): number[] {
  return Array.from({ length: occasions }, (_, at) => at).filter(() => faults.strike('late') !== undefined);
}

function lateAt(setting: object) {
  const faults = new Faults<'late'>(FASTEN_FAULTS.filter((kind) => kind.name === 'late'));
  faults.change({ late: setting });
  return faults;
}

test('nothing strikes until it is switched on, nor after it was switched off', () => {
  const faults = new Faults(FASTEN_FAULTS);
  expect(faults.strike('late')).toBeUndefined();
  faults.change({ late: {} });
  expect(faults.strike('late')).toMatchObject({ ms: 3000 });
  faults.change({ late: null });
  expect(faults.strike('late')).toBeUndefined();
  faults.change({ late: {}, replayed: {} });
  faults.reset();
  expect([faults.strike('late'), faults.strike('replayed')]).toEqual([undefined, undefined]);
});

test('a seed strikes on the same occasions again, another one on others, each at its rate', () => {
  const first = struckOn(lateAt({ rate: 0.2, seed: 7 }), 1000);
  expect(struckOn(lateAt({ rate: 0.2, seed: 7 }), 1000)).toEqual(first);
  expect(struckOn(lateAt({ rate: 0.2, seed: 8 }), 1000)).not.toEqual(first);
  expect(first.length).toBeGreaterThan(150);
  expect(first.length).toBeLessThan(250);
});

test('it strikes as many times as it was told and no more', () => {
  expect(struckOn(lateAt({ times: 1 }), 10)).toEqual([0]);
  expect(struckOn(lateAt({ times: 3, rate: 0.5 }), 100)).toHaveLength(3);
  expect(struckOn(lateAt({ rate: 0 }), 100)).toEqual([]);
});

test('only requests of the method and the path that were named are occasions', () => {
  const faults = new Faults(STORE_FAULTS);
  faults.change({ dropped: { method: 'PUT' }, conflict: { path: '/Binary' }, serverError: {} });
  expect(faults.strike('dropped', request)).toBeUndefined();
  expect(faults.strike('dropped', { ...request, method: 'PUT' })).toBeDefined();
  expect(faults.strike('conflict', request)).toBeUndefined();
  expect(faults.strike('conflict', { ...request, path: '/fhir/R4/Binary' })).toBeDefined();
  expect(faults.strike('serverError', { ...request, path: '/oauth2/token' })).toBeUndefined();
  expect(faults.state().map(({ asked }) => asked)).toContain(1);
  expect(faults.state().find(({ name }) => name === 'dropped')).toMatchObject({ asked: 1, struck: 1 });
});

test.each([
  ['a name that nobody knows', { colour: {} }],
  ['a rate above one', { late: { rate: 2 } }],
  ['what the fault does not heed', { late: { copies: 2 } }],
  ['a path that is no regular expression', { late: { path: '(' } }],
])('%s is refused, and nothing changes', (_name, change) => {
  const faults = new Faults(FASTEN_FAULTS);
  expect(() => faults.change(change as object)).toThrow();
  expect(faults.state().every(({ setting }) => setting === null)).toBe(true);
});

test('no two faults have one name', () => {
  const names = [...FASTEN_FAULTS, ...STORE_FAULTS].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});
