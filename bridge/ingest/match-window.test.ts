import { expect, test } from 'vitest';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { startImportWorld } from '../test/import-world.ts';
import type { LoadContext } from './load-context.ts';
import { Matcher } from './match-window.ts';

test('who asks for a type while it is being asked for already waits for the answer', async () => {
  const world = await startImportWorld();
  const meta = { tag: [{ system: ORG_CONNECTION_SYSTEM, code: 'c-1' }] };
  await world.medplum.createResource({ resourceType: 'Basic', meta, code: { text: 'x' } });
  const { medplum } = world;
  const matcher = new Matcher({ medplum, origin: { namespace: 'c-1', exportId: 'e' } } as unknown as LoadContext);
  const [first, second] = await Promise.all([
    matcher.held(['Basic']).then((held) => held.has('Basic')),
    matcher.held(['Basic']).then((held) => held.has('Basic')),
  ]);
  expect([first, second]).toEqual([true, true]);
  await world.close();
});
