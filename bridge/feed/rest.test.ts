import { expect, test } from 'vitest';
import { createRest, restMs } from './rest.ts';

test('while an import is under way a bot rests three times as long as it ran, else a quarter of it, and never for long', () => {
  expect([restMs(40, true), restMs(40, false)]).toEqual([120, 10]);
  expect([restMs(9_000, true), restMs(9_000, false)]).toEqual([2_000, 2_000]);
});

test('whether an import is under way is asked once for many runs', async () => {
  let asked = 0;
  const rest = createRest(async () => ++asked > 0);
  for (let run = 0; run < 5; run++) await rest(1, new AbortController().signal);
  expect(asked).toBe(1);
});

test('a rest ends when the process stops', async () => {
  const stopping = AbortSignal.abort(new Error('shutdown'));
  await expect(createRest(async () => true)(600, stopping)).rejects.toThrow();
});
