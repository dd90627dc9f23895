import { expect, test } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { patchSources } from './patch-text.ts';
import { SHORT_TIMES } from './shorten-times.ts';

test('what is patched stands in the sources exactly once, each by itself and all together', () => {
  for (const mutation of Object.values(MUTATIONS)) {
    const [source] = patchSources([...SHORT_TIMES, mutation]).values();
    expect(source).toBeDefined();
    expect([...patchSources([mutation]).values()][0]).toContain(mutation.by);
  }
});

test('a text that is not there, or there twice, is a fault that names the file', () => {
  const file = 'bridge/test/chaos/patch-text.ts';
  expect(() => patchSources([{ file, text: 'no such text', by: '' }])).toThrow(`${file} has 0 times`);
  expect(() => patchSources([{ file, text: 'SourcePatch', by: '' }])).toThrow(`${file} has`);
});
