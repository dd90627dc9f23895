import { parseSearchRequest, type SearchRequest } from '@medplum/core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Access } from '../access/access.ts';
import { loadDefinitions } from '../repository/load-definitions.ts';
import { Database } from '../repository/open-database.ts';
import { ResourceStore } from '../repository/resource-store.ts';
import { pageSql } from './run-search.ts';

const ID = '7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a002';

let store: ResourceStore;
beforeAll(() => {
  loadDefinitions();
  store = new ResourceStore(new Database(':memory:'));
});
afterAll(() => store.db.close());

const everything = new Access({ resourceType: 'AccessPolicy', resource: [{ resourceType: '*' }] });
const compartment = new Access({
  resourceType: 'AccessPolicy',
  resource: [{ resourceType: '*', criteria: `*?_compartment=Patient/${ID}` }],
});

function planOf(request: SearchRequest, access = everything): string[] {
  const scope = { projectId: 'p', access, chainsSeeAll: true };
  const { text, values } = pageSql(store, request, { count: 20, offset: 0 }, scope);
  return store.db.all(`EXPLAIN QUERY PLAN ${text}`, ...values).map(({ detail }) => String(detail));
}

/** Tables that sqlite would read from end to end; what lists of values are taken from does not count. */
function scansOf(request: SearchRequest, access = everything): string[] {
  return planOf(request, access).filter((step) => /^SCAN (r|v|c|u|t|\w+_index|resource|version)\b/.test(step));
}

test.each([
  'Observation',
  'Observation?_source=a,b',
  `Observation?_id=${ID}`,
  'Observation?code=http://loinc.org|8867-4',
  'Observation?code=8867-4&status=final',
  'Observation?code:not=8867-4',
  'Observation?code:text=heart',
  `Observation?subject=Patient/${ID}&_sort=-date`,
  `Observation?_compartment=Patient/${ID}`,
  'Observation?date=ge2020-01-01&value-quantity=gt5',
  'Observation?_lastUpdated=gt2020-01-01&_sort=_lastUpdated',
  'Patient?identifier=urn:mrn|1',
  'Patient?name=kim lee',
  'Patient?name:exact=Kim Lee',
  'Patient?email=a@example.com&_sort=name',
  'Observation?subject:Patient.name=kim',
  'Observation?patient.organization.partof.name=x',
  'Patient?_has:Observation:subject:code=8867-4',
  'Patient?_has:Observation:subject:_has:Provenance:target:agent=Practitioner/x',
  'QuestionnaireResponse?questionnaire.name=x',
  'Observation?_filter=code eq 8867-4 or status eq final',
  '?_type=Observation,Condition,Patient&_lastUpdated=gt2020-01-01',
])('%s reads no table from end to end', (query) => {
  const request = parseSearchRequest(query.startsWith('?') ? `MultipleTypes${query}` : query);
  expect(scansOf(request)).toEqual([]);
  expect(scansOf(request, compartment)).toEqual([]);
});

test('an identifier is looked up by system and value at once', () => {
  const plan = planOf(parseSearchRequest('Patient?identifier=urn:mrn|1'));
  expect(plan).toContain('SEARCH t USING PRIMARY KEY (param=? AND code=? AND system=?)');
});

test('the beginning and the end of a time are looked up at once', () => {
  const plan = planOf(parseSearchRequest('Observation?date=ge2020-01-01&date=lt2020-01-08'));
  expect(plan).toContain('SEARCH date_index USING PRIMARY KEY (param=? AND value>? AND value<?)');
});

test('a plan that reads everything would be seen', () => {
  const scope = { projectId: 'p', access: everything, chainsSeeAll: true };
  const { text, values } = pageSql(store, parseSearchRequest('Observation'), { count: 20, offset: 0 }, scope);
  const plan = store.db.all(`EXPLAIN QUERY PLAN ${text.replace('r.type = ?', '+r.type = ?')}`, ...values);
  expect(plan.map(({ detail }) => detail)).toContainEqual(expect.stringMatching(/^SCAN r\b/));
});
