import { expect, test } from 'vitest';
import { boundHeap } from './bound-heap.ts';

test('the heap is collected when much has come on top, and not again until as much has', async () => {
  let collections = 0;
  boundHeap(() => {
    collections++;
  });
  const kept = Array.from({ length: 1_500_000 }, (_, at) => ({ at }));
  await expect.poll(() => collections).toBe(1);
  await new Promise((done) => setTimeout(done, 200));
  expect(collections).toBe(1);
  kept.push(...Array.from({ length: 100 }, (_, at) => ({ at })));
  const more = Array.from({ length: 1_500_000 }, (_, at) => ({ at }));
  await expect.poll(() => collections).toBe(2);
  expect(kept.length + more.length).toBeGreaterThan(0);
});
