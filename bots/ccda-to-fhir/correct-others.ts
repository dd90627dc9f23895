import type { Encounter, Goal, Immunization, Procedure } from '@medplum/fhirtypes';
import type { Statement } from './find-statements.ts';
import type { LeftOutReason } from './left-out.ts';
import { readCode, readCoding, readQuantity } from './read-code.ts';
import { readDateTime, readTimes } from './read-time.ts';
import { attribute, child, children, textOf } from './xml-node.ts';

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';
const UNKNOWN_CLASS = { system: 'http://terminology.hl7.org/CodeSystem/v3-NullFlavor', code: 'UNK' };

/** The library takes a vaccine that was refused for given. */
export function correctImmunization(
  immunization: Immunization,
  { node }: Statement,
  zone: string | undefined,
): Immunization | LeftOutReason {
  if (!immunization.vaccineCode) return 'no-code';
  const { at, start = at } = readTimes(child(node, 'effectiveTime'), zone);
  const { occurrenceDateTime: _, ...rest } = immunization;
  const dose = readQuantity(child(node, 'doseQuantity'));
  const route = readCode(child(node, 'routeCode'));
  return {
    ...rest,
    ...(attribute(node, 'negationInd') === 'true' && { status: 'not-done' }),
    ...(start ? { occurrenceDateTime: start } : { occurrenceString: 'unknown' }),
    ...(dose && { doseQuantity: dose }),
    ...(route && { route }),
  };
}

/** The library drops the time of a procedure that took no time, and takes one that was not done for done. */
export function correctProcedure(
  procedure: Procedure,
  { node }: Statement,
  zone: string | undefined,
): Procedure | LeftOutReason {
  if (!procedure.code) return 'no-code';
  const { performedPeriod: _, performedDateTime: __, ...rest } = procedure;
  const { at, start, end } = readTimes(child(node, 'effectiveTime'), zone);
  return {
    ...rest,
    ...(attribute(node, 'negationInd') === 'true' && { status: 'not-done' }),
    ...(at && { performedDateTime: at }),
    ...(!at && (start || end) && { performedPeriod: { ...(start && { start }), ...(end && { end }) } }),
  };
}

/** The library calls the code of a visit (CPT, mostly) its class. */
export function correctEncounter(
  encounter: Encounter,
  { node }: Statement,
  zone: string | undefined,
): Encounter | LeftOutReason {
  const { at, start = at, end } = readTimes(child(node, 'effectiveTime'), zone);
  const code = child(node, 'code');
  if (!code && !start) return 'no-code';
  const codings = [code, ...children(code, 'translation')].flatMap((each) => readCoding(each) ?? []);
  const { period: _, diagnosis: __, participant, ...rest } = encounter;
  const people = participant?.filter(({ individual }) => individual) ?? [];
  return {
    ...rest,
    class: codings.find(({ system }) => system === ACT_CODE) ?? UNKNOWN_CLASS,
    ...(people.length > 0 && { participant: people }),
    ...((start || end) && { period: { ...(start && { start }), ...(end && { end }) } }),
  };
}

/** The library makes up a goal where it finds none, and targets of whatever stands near. */
export function correctGoal(goal: Goal, { node }: Statement, zone: string | undefined): Goal | LeftOutReason {
  const value = child(node, 'value');
  const isText = ['ST', 'ED'].includes(attribute(value, 'xsi:type') ?? '');
  const text = isText ? textOf(value) : '';
  const description = text !== '' ? { text } : (readCode(value) ?? readCode(child(node, 'code')));
  if (!description) return 'no-code';
  const { at, start = at } = readTimes(child(node, 'effectiveTime'), zone);
  const day = start && readDateTime(start.replace(/\D/g, '').slice(0, 8), undefined);
  const { resourceType, category, subject } = goal;
  const lifecycleStatus: Goal['lifecycleStatus'] | undefined = goal.lifecycleStatus;
  return {
    resourceType,
    lifecycleStatus: lifecycleStatus ?? 'active',
    ...(category && { category }),
    description,
    subject,
    ...(day && { startDate: day }),
  };
}
