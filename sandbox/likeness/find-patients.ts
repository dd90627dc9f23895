import type { Patient } from '@medplum/fhirtypes';
import { bundleOf } from '../medplum/open-sandbox.ts';
import { newSource, patientOf } from './make-resources.ts';
import type { World } from './open-world.ts';
import { resourcesOf, said } from './said.ts';

/** Stores Patients under one source, whose families name them in what follows. */
export async function storePatients(world: World, patients: readonly Partial<Patient>[]): Promise<string> {
  const source = newSource(world);
  await world.member.call(
    'POST',
    '',
    bundleOf(
      'batch',
      patients.map((one) => patientOf(source, one)),
    ),
  );
  return source;
}

/** Called so, and found by it. */
export const named = (family: string, more: Partial<Patient> = {}): Partial<Patient> => ({
  name: [{ family }],
  ...more,
});

/** The families that a search finds, in its order; or why it finds nothing. */
export async function familiesOf({ member }: World, query: string): Promise<readonly string[]> {
  const answer = await member.call('GET', `Patient?${query}`);
  if (answer.status !== 200) return [said(answer)];
  return resourcesOf<Patient>(answer).map(({ name }) => name?.[0]?.family ?? '');
}

/** Three who differ in what they are searched by. */
export const threePatients = [
  named('Ant', { gender: 'male', birthDate: '1980-01-01', active: true }),
  named('Bee', { gender: 'female', birthDate: '1990-06-15', active: false }),
  named('Cat', { birthDate: '2000-12-31' }),
];
