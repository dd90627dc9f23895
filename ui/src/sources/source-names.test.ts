import { expect, test } from 'vitest';
import { nameSources } from './source-names.ts';

const A = '3f2a0000-0000-4000-8000-000000000001';
const B = '77bb0000-0000-4000-8000-000000000002';

const names = (...hints: Parameters<typeof nameSources>[0]) => nameSources(hints).map(({ name }) => name);

test('a source is called what people call it: its catalog name, its organisation, its platform', () => {
  expect(names({ namespace: A, catalog: 'Northfield', organization: 'NF Hospital', platform: 'epic' })).toEqual([
    'Northfield',
  ]);
  expect(names({ namespace: A, organization: 'NF Hospital', platform: 'epic' })).toEqual(['NF Hospital']);
  expect(names({ namespace: A, platform: 'epic' }, { namespace: B, platform: 'nextgen' })).toEqual(['Epic', 'nextgen']);
});

test('a namespace given by hand is a name, a UUID is none', () => {
  expect(names({ namespace: 'my-portal' }, { namespace: A })).toEqual(['my-portal', 'Health system 3f2a']);
});

test('two sources of one name are told apart', () => {
  expect(names({ namespace: A, platform: 'epic' }, { namespace: B, platform: 'epic' })).toEqual([
    'Epic (3f2a)',
    'Epic (77bb)',
  ]);
});
