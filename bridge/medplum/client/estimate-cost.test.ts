import { expect, test } from 'vitest';
import { estimateCost } from './estimate-cost.ts';

const ROOT = 'https://server.example.test/fhir/R4/';
const bundle = (...requests: object[]) =>
  JSON.stringify({ entry: requests.map((request) => ({ resource: {}, request })) });

test.each([
  ['signing in', 'POST', 'https://server.example.test/oauth2/token', undefined, 0],
  ['a read', 'GET', `${ROOT}Patient/1`, undefined, 1],
  ['a search', 'GET', `${ROOT}Patient?name=x`, undefined, 20],
  ['a search by form', 'POST', `${ROOT}Patient/_search`, 'name=x', 20],
  ['a history', 'GET', `${ROOT}Patient/1/_history`, undefined, 10],
  ['a create', 'POST', `${ROOT}Patient`, '{}', 100],
  ['expunging, alone', 'POST', `${ROOT}Patient/1/$expunge`, '{}', 0],
  ['expunging, in a batch', 'POST', ROOT, bundle({ method: 'POST', url: 'Patient/1/$expunge' }), 0],
  ['a batch of searches', 'POST', ROOT, bundle({ method: 'GET', url: 'A?b' }, { method: 'GET', url: 'A/1' }), 21],
  [
    'a transaction',
    'POST',
    ROOT.slice(0, -1),
    bundle({ method: 'POST', url: 'A' }, { method: 'PUT', url: 'A/1' }),
    200,
  ],
  ['a conditional create', 'POST', ROOT, bundle({ method: 'POST', url: 'A', ifNoneExist: '_source=x' }), 140],
])('%s costs what the server will charge', (_, method, url, body, cost) => {
  expect(estimateCost(url, { method, ...(body ? { body } : {}) })).toBe(cost);
});
