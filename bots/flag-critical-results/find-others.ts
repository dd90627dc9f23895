import { CRITICAL_RESULT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';
import type { Flag, Observation } from '@medplum/fhirtypes';
import type { About } from './choose-range.ts';
import { isComparable, steepChange } from './find-reason.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Values further apart than this are no course of one illness. */
const COMPARED_DAYS = 90;

const LOINC = 'http://loinc.org';

/** Why a result has changed steeply against the last one of the same test, in words; undefined when it has not. */
export async function changeReason(
  medplum: MedplumClient,
  observation: Observation,
  about: About,
): Promise<string | undefined> {
  if (observation.valueQuantity?.value === undefined) return undefined;
  const since = about.takenAt - COMPARED_DAYS * DAY_MS;
  const earlier = await searchSame(medplum, observation, [`ge${isoOf(since)}`, `lt${isoOf(about.takenAt)}`]);
  const last = earlier.find((one) => one.valueQuantity?.value !== undefined && isComparable(observation, one));
  return last && steepChange(observation, last, about);
}

/** The Flag of the same result as another source has told of it: the same test, time and value. */
export async function findToldElsewhere(
  medplum: MedplumClient,
  observation: Observation,
  takenAt: number,
): Promise<Flag | undefined> {
  const value = observation.valueQuantity?.value;
  if (value === undefined) return undefined;
  const sameTime = await searchSame(medplum, observation, [`ge${isoOf(takenAt)}`, `le${isoOf(takenAt)}`]);
  const twins = sameTime.filter((one) => one.valueQuantity?.value === value && isComparable(observation, one));
  if (twins.length === 0) return undefined;
  const identifier = twins.map(({ id }) => `${CRITICAL_RESULT_SYSTEM}|${id}`).join(',');
  const flags = await medplum.searchResources('Flag', { identifier }, { cache: 'reload' });
  // One that somebody has ended was seen; one that was withdrawn was not.
  return flags.find(({ status }) => status !== 'entered-in-error');
}

/** Other results of the same test and patient, the newest first; none where the test has no code of a known system. */
async function searchSame(
  medplum: MedplumClient,
  observation: Observation,
  dates: readonly string[],
): Promise<Observation[]> {
  const codings = observation.code.coding?.filter(({ system, code }) => system && code) ?? [];
  const { system, code } = codings.find((one) => one.system === LOINC) ?? codings[0] ?? {};
  if (!code) return [];
  const query = new URLSearchParams({
    subject: observation.subject?.reference ?? '',
    code: `${system}|${code}`,
    status: 'final,amended,corrected',
    _sort: '-date',
    _count: '10',
  });
  for (const date of dates) query.append('date', date);
  const found = await medplum.searchResources('Observation', query, { cache: 'reload' });
  return found.filter(({ id }) => id !== observation.id);
}

function isoOf(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
