import { deepEquals, type MedplumClient, type WithId } from '@medplum/core';
import type { AccessPolicy, CodeSystem, NamingSystem, ValueSet } from '@medplum/fhirtypes';
import { PermanentError } from '../errors.ts';
import type { Steps } from './steps.ts';

type Kept = AccessPolicy | CodeSystem | NamingSystem | ValueSet;

/**
 * Brings one resource of the project to what it should say, found by its name. What else somebody wrote into it stays.
 *
 * @returns The resource as it is stored; undefined when a plan would have to create it.
 * @throws PermanentError `found-twice`: nobody could say which one is meant.
 */
export async function keepResource<T extends Kept>(
  steps: Steps,
  medplum: MedplumClient,
  wanted: T & { readonly name: string },
): Promise<WithId<T> | undefined> {
  const found = await find(medplum, wanted);
  const name = `${wanted.resourceType} ${wanted.name}`;
  if (!found) return steps.change(`${name}: created`, () => medplum.createResource<T>(wanted));
  if (!differs(found, wanted)) return found;
  const change = () => medplum.updateResource<T>({ ...found, ...wanted });
  return (await steps.change(`${name}: updated`, change)) ?? found;
}

async function find<T extends Kept>(
  medplum: MedplumClient,
  { resourceType, name }: T & { readonly name: string },
): Promise<WithId<T> | undefined> {
  const found = await medplum.searchResources(resourceType, { name, _count: '100' }, { cache: 'reload' });
  // A search by name is by its beginning.
  const own = (found as unknown as WithId<T & { name?: string }>[]).filter((one) => one.name === name);
  if (own.length < 2) return own[0];
  throw new PermanentError(
    'found-twice',
    `the project has ${own.length} ${resourceType} named ${name}: delete all but one`,
  );
}

/** Whether the stored resource says anything else in what we say of it. */
function differs(stored: Kept, wanted: Kept): boolean {
  const said = new Map(Object.entries(stored));
  return Object.entries(wanted).some(([field, value]) => !deepEquals(said.get(field), value));
}
