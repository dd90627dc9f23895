import { BRIDGE_CODE_SYSTEM, SAME_PERSON_CODE, SAME_PERSON_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { chartOf, type Doubt, pairKey } from './set-person-scene.ts';

/** Asks once whether two Patients are one person. Its answer is the Task's status: completed, they are; rejected, they are not. */
export async function askAboutPeople(medplum: MedplumClient, { pair, verdict }: Doubt): Promise<void> {
  const [one, other] = pair;
  const identifier = { system: SAME_PERSON_SYSTEM, value: pairKey(one, other) };
  const isOneChart = chartOf(one) === chartOf(other);
  const asked = isOneChart ? [`Patient/${one.id}`, `Patient/${other.id}`] : [chartOf(one), chartOf(other)];
  const task: Task = {
    resourceType: 'Task',
    identifier: [identifier],
    status: 'requested',
    intent: 'order',
    priority: 'routine',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: SAME_PERSON_CODE }], text: 'Are these one person?' },
    description: describe(verdict.points),
    performerType: [{ text: 'Care team' }],
    focus: { reference: asked.toSorted()[0] ?? '' },
    // Who else has a chart here is no patient's to know.
    ...(isOneChart && { for: { reference: chartOf(one) } }),
    input: asked.toSorted().map((reference) => ({ type: { text: 'Patient' }, valueReference: { reference } })),
    authoredOn: new Date().toISOString(),
  };
  await medplum.createResourceIfNoneExist(task, `identifier=${identifier.system}|${identifier.value}`);
}

/** The Patients that a Task asks about, `Patient/<id>`. */
export function patientsAsked({ input = [] }: Task): string[] {
  return input.flatMap(({ valueReference }) => valueReference?.reference ?? []);
}

/** Names of traits, never what they are. */
function describe(points: Readonly<Record<string, number>>): string {
  const those = (isMeant: (value: number) => boolean) =>
    Object.entries(points)
      .filter(([, value]) => isMeant(value))
      .map(([trait]) => trait.replace('-', ' '))
      .join(', ');
  const differing = those((value) => value < 0);
  return [
    'Two patients may be one person. Compare them, then complete this task if they are, or reject it if they are not.',
    `Alike: ${those((value) => value > 0)}.`,
    differing && `Different: ${differing}.`,
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}
