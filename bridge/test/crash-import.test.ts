import { expect, test } from 'vitest';
import { crashImport } from './crash-import.ts';

// The short form of `npm run crash`. Processes start slowly on a busy machine; it waits for nothing else.
test('an import that is killed by SIGKILL and started again at once ends in the same store', {
  timeout: 300_000,
}, async () => {
  const kills = await crashImport({ kills: 4, seed: 1, resources: 200 });
  expect(kills).toHaveLength(4);
  for (const { inFlight } of kills) expect(inFlight).toBeGreaterThan(0);
});
