import type { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { type ConnectionAttempt, connectionAttemptSchema } from '../contract/connection-attempt.ts';
import { storeChart } from './connect-chart.ts';
import type { World } from './start-world.ts';

/** A Patient, and the client with which they sign in. */
interface PatientUser extends Patient {
  readonly id: string;
  readonly user: MedplumClient;
}

/** What a page was told when it began to connect, and whose page it was. */
export type Attempt = ConnectionAttempt & Pick<PatientUser, 'user'>;

export async function storeUser(world: World, clinician: MedplumClient): Promise<PatientUser> {
  const chart = await storeChart(clinician);
  return { ...chart, user: await world.signInAs(chart) };
}

/** @throws Error when the bridge refuses. */
export async function initiate(
  world: World,
  person: PatientUser,
  body: object = { patientId: person.id },
): Promise<Attempt> {
  const answer = await world.call(person.user, 'POST', '/connections/initiate', body);
  if (answer.status !== 201) throw new Error(`connections/initiate answered ${answer.status}`);
  return { ...connectionAttemptSchema.parse(answer.body), user: person.user };
}
