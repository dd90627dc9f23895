import type { Organization, Patient } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { startImportWorld } from '../../test/import-world.ts';
import type { LoadContext } from '../load-context.ts';
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

test('a reference that only its repair makes one is looked up in what earlier exports left', async () => {
  const world = await startImportWorld();
  await world.load('c-2', [{ resourceType: 'Organization', id: 'o1', name: 'Ward' }]);
  const reference = '\u0007Organization/o1';
  await world.load('c-2', [{ resourceType: 'Patient', id: 'p1', managingOrganization: { reference } }]);
  const [organization] = await world.stored<Organization>('Organization', 'c-2');
  const [patient] = await world.stored<Patient>('Patient', 'c-2');
  expect(patient?.managingOrganization?.reference).toBe(`Organization/${organization?.id}`);
  await world.close();
});
