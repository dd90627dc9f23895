import { getStatus } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { LoadContext } from '../load-context.ts';
import type { Repair } from '../repair/repair-run.ts';
import type { Tally } from '../tally.ts';
import { isObject } from '../walk-references.ts';
import type { Member } from './compose-entry.ts';
import type { PreparedResource } from './prepare-resource.ts';

/**
 * The row as it may be taken after a refusal: with the profiles that it claims kept in our extension on `meta`. Medplum
 * holds a resource to each profile of which it has the definition, FHIR's vital signs among them, and says no for what only
 * the profile demands. Undefined when there is nothing to move, or when the refusal was of another kind.
 */
export function parkProfile({ tally }: LoadContext, member: Member, outcome: OperationOutcome): Member | undefined {
  const { prepared } = member;
  const { meta } = prepared.resource;
  const hasProfile = isObject(meta) && Array.isArray(meta.profile) && meta.profile.length > 0;
  const isAboutContent = getStatus(outcome) === 400 && outcome.issue.some(({ expression }) => expression);
  if (!hasProfile || prepared.parksProfile || !isAboutContent) return undefined;
  return { ...member, prepared: { ...prepared, parksProfile: true, repairs: tell(tally, prepared) } };
}

/** Tells of a row that is left as an earlier import stored it: its profiles are parked there, in whatever ledger. */
export function tellParked({ tally }: LoadContext, { prepared, stored }: Member): void {
  if (stored?.parksProfile && !prepared.parksProfile) tell(tally, prepared);
}

function tell(tally: Tally, { key, row, repairs }: PreparedResource): Repair[] {
  const repair: Repair = { rule: 'profile-parked', path: `${key.resourceType}.meta.profile` };
  const all = [...repairs, repair];
  tally.repairAgain(row, all, repair);
  return all;
}
