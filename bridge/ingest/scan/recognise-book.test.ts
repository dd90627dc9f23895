import { expect, test } from 'vitest';
import {
  BRIDGE_CODE_SYSTEM,
  CCDA_FACT_SYSTEM,
  CODE_MAP_SYSTEM,
  CONNECTION_ATTEMPT_SYSTEM,
  CONNECTION_CONSENT_CODE,
  EHI_EXPORT_SYSTEM,
  IMPORT_TASK_CODE,
  LANE_SYSTEM,
  MESSAGE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
} from '../../contract/identifiers.ts';
import type { Json } from '../walk-references.ts';
import { isBook } from './recognise-book.ts';

const named = (system: string): Json => [
  { system: 'urn:ietf:rfc:3986', value: 'x' },
  { system, value: '1' },
];
const coded = (code: string): Json => ({ coding: [{ system: BRIDGE_CODE_SYSTEM, code }], text: 'x' });

test.each<[string, Record<string, Json>]>([
  ['a connection', { resourceType: 'Consent', identifier: named(ORG_CONNECTION_SYSTEM) }],
  ['a connection by its category', { resourceType: 'Consent', category: [coded(CONNECTION_CONSENT_CODE)] }],
  ['an attempt to connect', { resourceType: 'Consent', identifier: named(CONNECTION_ATTEMPT_SYSTEM) }],
  ['an import', { resourceType: 'Task', code: coded(IMPORT_TASK_CODE) }],
  ['an import by its export', { resourceType: 'Task', identifier: named(EHI_EXPORT_SYSTEM) }],
  ['a lane', { resourceType: 'Basic', identifier: named(LANE_SYSTEM) }],
  ['a message', { resourceType: 'Communication', identifier: named(MESSAGE_SYSTEM) }],
  [
    'a map of codes, whose identifier is no list',
    { resourceType: 'ConceptMap', identifier: { system: CODE_MAP_SYSTEM } },
  ],
  ['a category that should be a list', { resourceType: 'Consent', category: coded(CONNECTION_CONSENT_CODE) }],
])('%s of a bridge is one of its books', (_, resource) => {
  expect(isBook(resource)).toBe(true);
});

test.each<[string, Record<string, Json>]>([
  [
    'a consent of a health system',
    { resourceType: 'Consent', identifier: named('urn:oid:1.2.3'), category: [{ text: 'x' }] },
  ],
  ['what was converted from a document', { resourceType: 'Condition', identifier: named(CCDA_FACT_SYSTEM) }],
  ['what is no identifier at all', { resourceType: 'Task', identifier: ['x', null, 7], code: 'x', category: [[]] }],
  [
    'a reference to a connection',
    { resourceType: 'Provenance', entity: [{ what: { identifier: { system: ORG_CONNECTION_SYSTEM } } }] },
  ],
])('%s is not', (_, resource) => {
  expect(isBook(resource)).toBe(false);
});
