import type { Observation } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { startImportWorld } from './import-world.ts';

const lines = Array.from({ length: 120 }, (_, n) => ({
  resourceType: 'Observation',
  id: `o${n}`,
  status: 'final',
  code: { text: 'Pulse' },
}));

test.each([true, false])(
  'an import that just fits the quota is not refused anything (transactions: %s)',
  async (has) => {
    const world = await startImportWorld();
    world.server.switches.transactionBundles = has;
    world.server.switches.quota = { fhirInteractionsPerMinute: 24_000 };
    const { report } = await world.load('fits', lines);
    expect(report).toMatchObject({ created: 120, quarantined: 0 });
    world.server.switches.quota = undefined;
    expect(await world.stored<Observation>('Observation', 'fits')).toHaveLength(120);
    await world.close();
  },
);
