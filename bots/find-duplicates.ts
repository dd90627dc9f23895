import { BRIDGE_CODE_SYSTEM, SAME_PERSON_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import { type BotEvent, getReferenceString, type MedplumClient, type WithId } from '@medplum/core';
import type { Linkage, Patient, Reference, Resource, Task } from '@medplum/fhirtypes';
import { askAboutPeople, patientsAsked } from './find-duplicates/ask-about-people.ts';
import { kindOf } from './find-duplicates/kinds.ts';
import { byReference, searchMany, searchUrl } from './find-duplicates/read-many.ts';
import { setPersonScene } from './find-duplicates/set-person-scene.ts';
import { setRecordScene } from './find-duplicates/set-record-scene.ts';
import { settleCluster } from './find-duplicates/settle-cluster.ts';

/** Patients of one chart that an answer is carried over to: nobody has more health systems. */
const MAX_SOURCES = '50';

/**
 * Finds what several sources tell of: the same medication, condition, allergy, immunization, procedure, result, and the same
 * person. Each becomes a Linkage with the rules that found it; nothing of the record is changed. What people decide holds: a
 * Linkage that they end or change is left alone. About Patients who may be one person somebody is asked by a Task.
 *
 * The rules, and how good they are: docs/bots.md.
 *
 * Subscriptions: each of these types, with imports afterwards; and the Task that asks, for its answer.
 *
 * @param event - The resource as it is now, or `{ deletedResource }`. Others than these types are passed over.
 * @returns The Linkages that hold the resource now; undefined for what does not concern it.
 */
export async function handler(
  medplum: MedplumClient,
  event: BotEvent<Resource | Deletion>,
): Promise<Linkage[] | undefined> {
  const { input, bot } = event;
  if ('deletedResource' in input) return forget(medplum, bot, input.deletedResource);
  if (!input.id) return undefined;
  if (input.resourceType === 'Task') return takeAnswer(medplum, bot, input);
  if (input.resourceType === 'Patient') return settlePerson(medplum, bot, input as WithId<Patient>);
  const kind = kindOf(input.resourceType);
  if (!kind) return undefined;
  const scene = await setRecordScene(medplum, kind, input as WithId<Resource>);
  return settleCluster({ medplum, bot, reference: getReferenceString(input as WithId<Resource>), scene });
}

/** How a Subscription tells of a deletion. */
interface Deletion {
  readonly deletedResource: Resource;
}

async function forget(medplum: MedplumClient, bot: Reference, gone: Resource): Promise<Linkage[] | undefined> {
  if (!gone.id || (gone.resourceType !== 'Patient' && !kindOf(gone.resourceType))) return undefined;
  return settleCluster({ medplum, bot, reference: `${gone.resourceType}/${gone.id}`, scene: undefined });
}

async function settlePerson(medplum: MedplumClient, bot: Reference, patient: WithId<Patient>): Promise<Linkage[]> {
  const scene = await setPersonScene(medplum, patient);
  const holding = await settleCluster({ medplum, bot, reference: getReferenceString(patient), scene });
  for (const doubt of scene.doubts) await askAboutPeople(medplum, doubt);
  return holding;
}

/** Who was said to be one person, or not to be, is looked at anew, with the sources' own Patients of both charts. */
async function takeAnswer(medplum: MedplumClient, bot: Reference, task: Task): Promise<Linkage[] | undefined> {
  const isAsked = task.code?.coding?.some(
    ({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === SAME_PERSON_CODE,
  );
  if (!isAsked || !['completed', 'rejected'].includes(task.status ?? '')) return undefined;
  const charts = patientsAsked(task);
  const sources = searchUrl('Patient', [
    ['link', charts.join(',')],
    ['_count', MAX_SOURCES],
  ]);
  const people = await searchMany(medplum, [...byReference(charts), sources]);
  const holding: Linkage[] = [];
  for (const one of people) {
    if (one.resourceType === 'Patient') holding.push(...(await settlePerson(medplum, bot, one as WithId<Patient>)));
  }
  return holding;
}
