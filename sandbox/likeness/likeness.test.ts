import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKnownDifferences } from './known-differences.ts';
import { asJson } from './observe-all.ts';
import { openSandboxWorld, type World } from './open-world.ts';
import { allAssertions } from './topics.ts';

let world: World;
beforeAll(async () => {
  world = await openSandboxWorld();
});
afterAll(() => world.close());

test.each(allAssertions())('$name', async ({ expected, observe }) => {
  expect(asJson(await observe(world))).toEqual(expected);
});

test('a listed difference names an assertion, tells the sandbox’s side of it truly, and has a reason', async () => {
  const expected = new Map(allAssertions().map((one) => [one.name, one.expected]));
  for (const { name, sandbox, reason } of await readKnownDifferences()) {
    expect([name, sandbox]).toEqual([name, expected.get(name)]);
    expect([name, reason.length]).toEqual([name, expect.any(Number)]);
    expect(reason.length).toBeGreaterThan(20);
  }
});
