import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenSandbox, openSandbox } from '../open-sandbox.ts';

let sandbox: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.close());

test('the client’s valueSetExpand gives the codes of a value set, filtered', async () => {
  const url = 'http://hl7.org/fhir/ValueSet/administrative-gender';
  const all = await sandbox.medplum.valueSetExpand({ url });
  expect(all.expansion?.contains?.map((c) => c.code)).toEqual(['male', 'female', 'other', 'unknown']);
  const some = await sandbox.medplum.valueSetExpand({ url, filter: 'fem' });
  expect(some.expansion?.contains).toHaveLength(1);
});

test('a value set that is not known is 400', async () => {
  expect((await sandbox.call('GET', 'ValueSet/$expand?url=http://example.com/none')).status).toBe(400);
});
