import { expect, test } from 'vitest';
import { crashImports } from './crash-import.ts';

// The short form of `npm run crash`. Processes start slowly on a busy machine; it waits for nothing else.
test('an import that is killed by SIGKILL and started again at once ends in the same store', {
  timeout: 300_000,
}, async () => {
  const kills = await crashImports({ points: 6, seed: 1, resources: 200 });
  expect(kills.reduce((sum, count) => sum + count, 0)).toBe(6);
});
