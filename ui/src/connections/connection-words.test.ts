import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import { expect, test } from 'vitest';
import { logoOf, nameOf, standingOf } from './connection-words.ts';

const NOW = new Date('2026-11-01T00:00:00Z');

function connection(changes: Partial<Connection>): Connection {
  return {
    consentId: 'k',
    orgConnectionId: 'c',
    namespace: 'c',
    status: 'active',
    resync: 'off',
    facts: {},
    ...changes,
  };
}

test.each([
  [{}, 'connected'],
  [{ expiresAt: '2027-11-01T00:00:00Z' }, 'connected'],
  [{ expiresAt: '2026-11-20T00:00:00Z' }, 'ends-soon'],
  [{ expiresAt: '2026-10-31T00:00:00Z' }, 'ended'],
  [{ status: 'inactive', expiresAt: '2027-11-01T00:00:00Z' }, 'ended'],
] as const)('a connection with %o stands as %s', (changes, standing) => {
  expect(standingOf(connection(changes), NOW)).toBe(standing);
});

test('a health system has the name of the catalog, else that of what it runs', () => {
  expect(nameOf(connection({ facts: { name: 'Lakeside Clinic', platform: 'epic' } }))).toBe('Lakeside Clinic');
  expect(nameOf(connection({ facts: { platform: 'epic' } }))).toBe('A health system (Epic)');
  expect(nameOf(connection({ facts: { platform: 'new-one' } }))).toBe('A health system (new-one)');
  expect(nameOf(connection({}))).toBe('A health system');
});

test('the logo is that of the brand, where the installation has them', () => {
  const logos = 'https://cdn.example.org/logos/sources/';
  expect(logoOf(connection({ facts: { brand: 'b/1' } }), logos)).toBe(`${logos}b%2F1.png`);
  expect(logoOf(connection({}), logos)).toBeUndefined();
});
