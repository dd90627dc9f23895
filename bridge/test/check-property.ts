import fc from 'fast-check';

/**
 * Runs a property over the sandbox: the same cases every time, or others when FC_SEED says so. A failure names the seed
 * and the smallest case found; looking for a smaller one ends before the test's own time does.
 */
export async function checkProperty<T>(
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  predicate: (value: T) => Promise<void>,
): Promise<void> {
  const seed = Number(process.env.FC_SEED ?? 20_261_123);
  await fc.assert(fc.asyncProperty(arbitrary, predicate), { numRuns, seed, interruptAfterTimeLimit: 50_000 });
}
