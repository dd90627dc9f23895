import {
  BRIDGE_CODE_SYSTEM,
  CRITICAL_RESULT_CODE,
  CRITICAL_RESULT_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import { type BotEvent, createReference, type MedplumClient } from '@medplum/core';
import type { Flag, Observation, Patient, Provenance, Reference, Resource, Task } from '@medplum/fhirtypes';
import { criticalReason, steepChange } from './flag-critical-results/find-reason.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** What happened longer ago is history, however critical it was; a secret of the project of this name says otherwise. */
const RECENT_DAYS = 30;
const RECENT_DAYS_SECRET = 'CRITICAL_RESULTS_RECENT_DAYS';
/** Values further apart than this are no course of one illness. */
const COMPARED_DAYS = 90;

const STATUSES = ['final', 'amended', 'corrected'];

/**
 * Flags a new result that its laboratory calls critical, that lies far outside its reference range, or that changed
 * steeply against the last one: a Flag and an urgent Task with the reason, and their Provenance. Once for each Observation,
 * whatever becomes of it; results of more than 30 days ago never, so that a first import brings no noise.
 *
 * Subscription: `Observation?status=final,amended,corrected`, with imports afterwards (docs/bots.md).
 *
 * @param event - The Observation as it is now. Others than final ones about a Patient are passed over.
 * @returns The Flag, also when an earlier call wrote it; undefined for a result that is none of these.
 */
export async function handler(medplum: MedplumClient, event: BotEvent<Resource>): Promise<Flag | undefined> {
  const observation = event.input;
  if (!isResult(observation)) return undefined;
  const takenAt = timeOf(observation);
  const patient = patientOf(observation);
  const recentDays = Number(event.secrets?.[RECENT_DAYS_SECRET]?.valueString ?? RECENT_DAYS);
  if (!patient || takenAt === undefined || Date.now() - takenAt > recentDays * DAY_MS) return undefined;
  const reason = criticalReason(observation) ?? (await changeReason(medplum, observation, takenAt));
  return reason === undefined ? undefined : flag(medplum, event, { observation, patient, reason });
}

type Result = Observation & { id: string };

interface Finding {
  readonly observation: Result;
  readonly patient: Reference<Patient>;
  readonly reason: string;
}

function isResult(resource: Resource): resource is Result {
  return resource.resourceType === 'Observation' && !!resource.id && STATUSES.includes(resource.status ?? '');
}

function patientOf({ subject }: Observation): Reference<Patient> | undefined {
  return subject?.reference?.startsWith('Patient/') ? { reference: subject.reference } : undefined;
}

function timeOf({ effectiveDateTime, effectiveInstant, effectivePeriod, issued }: Observation): number | undefined {
  const text = effectiveDateTime ?? effectiveInstant ?? effectivePeriod?.end ?? effectivePeriod?.start ?? issued;
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : time;
}

async function changeReason(medplum: MedplumClient, observation: Result, takenAt: number): Promise<string | undefined> {
  const coding = observation.code.coding?.find(({ code }) => code);
  if (!coding || observation.valueQuantity?.value === undefined) return undefined;
  const query = new URLSearchParams({
    subject: observation.subject?.reference ?? '',
    code: coding.system ? `${coding.system}|${coding.code}` : (coding.code ?? ''),
    _sort: '-date',
    _count: '5',
  });
  query.append('date', `lt${new Date(takenAt).toISOString()}`);
  query.append('date', `ge${new Date(takenAt - COMPARED_DAYS * DAY_MS).toISOString()}`);
  const earlier = await medplum.searchResources('Observation', query, { cache: 'reload' });
  const last = earlier.find((one) => one.id !== observation.id && one.valueQuantity?.value !== undefined);
  return last && steepChange(observation, last);
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
