import {
  BRIDGE_CODE_SYSTEM,
  CRITICAL_RESULT_CODE,
  CRITICAL_RESULT_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import { type BotEvent, createReference, type MedplumClient } from '@medplum/core';
import type { Flag, Observation, Patient, Provenance, Reference, Resource, Task } from '@medplum/fhirtypes';
import { changeReason, findToldElsewhere } from './flag-critical-results/find-others.ts';
import { criticalReason } from './flag-critical-results/find-reason.ts';
import { withdraw } from './flag-critical-results/withdraw.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What happened longer ago is history, however critical it was; a secret of the project of this name says otherwise. */
const RECENT_DAYS = 30;
const RECENT_DAYS_SECRET = 'CRITICAL_RESULTS_RECENT_DAYS';
const STATUSES = ['final', 'amended', 'corrected'];
const TAKEN_BACK = ['entered-in-error', 'cancelled'];

/**
 * Flags a new result that its laboratory calls critical, that is beyond critical limits or far outside its reference range, or
 * that changed steeply against the last one: a Flag and an urgent Task with the reason, and their Provenance. Once for each
 * Observation, and for the same result through several sources; results of more than 30 days ago never, so that a first
 * import brings no noise. What is flagged of a result that its source takes back is withdrawn.
 *
 * Subscription: `Observation` with a status of STATUSES or TAKEN_BACK, with imports afterwards (docs/bots.md).
 *
 * @param event - The Observation as it is now. Others than such ones about a Patient are passed over.
 * @returns The Flag, also when an earlier call wrote it; undefined for a result that is none of these.
 */
export async function handler(medplum: MedplumClient, event: BotEvent<Resource>): Promise<Flag | undefined> {
  const observation = event.input;
  if (!isResult(observation)) return undefined;
  if (TAKEN_BACK.includes(observation.status)) return withdraw(medplum, observation.id);
  const takenAt = timeOf(observation);
  const subject = patientOf(observation);
  if (!STATUSES.includes(observation.status) || !subject || takenAt === undefined) return undefined;
  if (Date.now() - takenAt > recentDays(event) * DAY_MS) return undefined;
  const _id = subject.reference.slice('Patient/'.length);
  const about = { patient: await medplum.searchOne('Patient', { _id }, { cache: 'reload' }), takenAt };
  const reason = criticalReason(observation, about) ?? (await changeReason(medplum, observation, about));
  if (reason === undefined) return undefined;
  const told = await findToldElsewhere(medplum, observation, takenAt);
  return told ?? flag(medplum, event, { observation, patient: subject, reason });
}

type Result = Observation & { id: string };

interface Finding {
  readonly observation: Result;
  readonly patient: Reference<Patient>;
  readonly reason: string;
}

function isResult(resource: Resource): resource is Result {
  return resource.resourceType === 'Observation' && !!resource.id;
}

function patientOf({ subject }: Observation): (Reference<Patient> & { reference: string }) | undefined {
  return subject?.reference?.startsWith('Patient/') ? { reference: subject.reference } : undefined;
}

function timeOf({ effectiveDateTime, effectiveInstant, effectivePeriod, issued }: Observation): number | undefined {
  const text = effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.end ?? effectivePeriod?.start ?? issued;
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** What the project says, when that is a number of days. */
function recentDays({ secrets }: BotEvent<Resource>): number {
  const days = Number.parseFloat(secrets?.[RECENT_DAYS_SECRET]?.valueString ?? '');
  return days >= 0 ? days : RECENT_DAYS;
}

/** Conditional creates, so that a run that was cut off is completed by the next one and doubles nothing. */
async function flag(medplum: MedplumClient, event: BotEvent<Resource>, finding: Finding): Promise<Flag> {
  const { observation, patient, reason } = finding;
  const identifier = [{ system: CRITICAL_RESULT_SYSTEM, value: observation.id }];
  const query = `identifier=${CRITICAL_RESULT_SYSTEM}|${observation.id}`;
  const code = { coding: [{ system: BRIDGE_CODE_SYSTEM, code: CRITICAL_RESULT_CODE }], text: reason };
  const now = new Date().toISOString();
  const flagged: Flag = {
    resourceType: 'Flag',
    identifier,
    status: 'active',
    category: [{ text: 'Critical result' }],
    code,
    subject: patient,
    period: { start: now },
  };
  const task: Task = {
    resourceType: 'Task',
    identifier,
    status: 'requested',
    intent: 'order',
    priority: 'urgent',
    code: { ...code, text: 'Critical result' },
    description: reason,
    focus: createReference(observation),
    for: patient,
    authoredOn: now,
  };
  const storedFlag = await medplum.createResourceIfNoneExist(flagged, query);
  const storedTask = await medplum.createResourceIfNoneExist(task, query);
  const provenance: Provenance = {
    resourceType: 'Provenance',
    // Not the Patient among the targets: an erasure keeps every Patient, and a Provenance that leads to one.
    meta: { accounts: [patient] },
    target: [createReference(storedFlag), createReference(storedTask)],
    recorded: now,
    agent: [{ who: event.bot as Reference<never> }],
    // By this an erasure of the result finds what was made of it.
    entity: [{ role: 'source', what: createReference(observation) }],
  };
  await medplum.createResourceIfNoneExist(provenance, `target=Flag/${storedFlag.id}`);
  return storedFlag;
}
