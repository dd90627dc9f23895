import type { DiagnosticReport, Observation, Resource, Specimen } from '@medplum/fhirtypes';
import {
  BLOOD_GROUP,
  EX_SMOKER,
  GROUP_A,
  GROUP_O,
  NEVER_SMOKED,
  SMOKING_STATUS,
  VENOUS_BLOOD,
} from '../generator/codes/care.ts';
import { MEASUREMENTS, type Measurement, type MeasurementName } from '../generator/codes/measurements.ts';
import { BLOOD_PRESSURE, ORDERS, type OrderName } from '../generator/codes/panels.ts';
import { type Code, concept, LOINC, SNOMED, UCUM } from '../generator/codes/systems.ts';
import type { Visit } from './story.ts';
import { coded, doctorOf, instant, refer, type Telling, toPatient, visitKey } from './telling.ts';
import { round, valueAt } from './value-at.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const VITALS = ['heartRate', 'respiratoryRate', 'temperature', 'weight', 'height', 'saturation'] as const;

/** When something was measured, and under which key: `visit-3`, or `visit-3-day-2` on a later morning of a stay. */
interface Moment {
  readonly telling: Telling;
  readonly visit: number;
  readonly key: string;
  readonly atMs: number;
}

/** Everything that was measured at the visits, and what was asked once. */
export function tellResults(telling: Telling): Resource[] {
  const atVisits = telling.story.visits.flatMap((visit, index) =>
    momentsOf(telling, visit, index).flatMap((moment) => [
      ...(visit.vitals ? tellVitals(moment) : []),
      ...(visit.also ?? []).map((name) => tellValue(moment, name, 'exam')),
      ...(visit.orders ?? []).flatMap((name) => tellOrder(moment, name)),
    ]),
  );
  return [...atVisits, ...tellHistory(telling)];
}

/** A stay has a morning round each day; every other visit is one moment. */
function momentsOf(telling: Telling, { days = 1 }: Visit, visit: number): Moment[] {
  return Array.from({ length: days }, (_, day) => ({
    telling,
    visit,
    key: day === 0 ? visitKey(visit) : `${visitKey(visit)}-day-${day}`,
    atMs: telling.startMs(visit) + (day === 0 ? 12 * MINUTE_MS : day * DAY_MS - 60 * MINUTE_MS),
  }));
}

function tellVitals(moment: Moment): Observation[] {
  const values = VITALS.map((name) => tellValue(moment, name, 'vital-signs'));
  const measured = (name: (typeof VITALS)[number]) => values[VITALS.indexOf(name)]?.valueQuantity?.value ?? Number.NaN;
  const bmi = round(measured('weight') / (measured('height') / 100) ** 2, MEASUREMENTS.bmi.digits);
  return [...values, tellBmi(moment, bmi), tellBloodPressure(moment)];
}

function tellBmi(moment: Moment, value: number): Observation {
  return {
    ...begin(moment, 'bmi', 'vital-signs', MEASUREMENTS.bmi),
    valueQuantity: quantity(MEASUREMENTS.bmi, value),
    derivedFrom: [refer('Observation', `${moment.key}-weight`), refer('Observation', `${moment.key}-height`)],
  };
}

function tellBloodPressure(moment: Moment): Observation {
  const { telling, key, atMs } = moment;
  const part = (name: 'systolic' | 'diastolic') => {
    const value = valueAt(telling.story, name, atMs, telling.random(`${key}-${name}`));
    return { code: concept(LOINC, MEASUREMENTS[name]), valueQuantity: quantity(MEASUREMENTS[name], value) };
  };
  return {
    ...begin(moment, 'pressure', 'vital-signs', BLOOD_PRESSURE),
    component: [part('systolic'), part('diastolic')],
  };
}

function tellOrder(moment: Moment, name: OrderName): Resource[] {
  const { telling, visit, key, atMs } = moment;
  const order = ORDERS[name];
  const [first] = order.members;
  const specimen: Specimen = {
    resourceType: 'Specimen',
    id: `${key}-${name}-specimen`,
    status: 'available',
    type: concept(SNOMED, VENOUS_BLOOD),
    subject: toPatient(telling),
    collection: { collectedDateTime: instant(atMs) },
  };
  const hasSpecimen = name !== 'urineAlbumin';
  const report: DiagnosticReport = {
    resourceType: 'DiagnosticReport',
    id: `${key}-${name}`,
    status: 'final',
    category: [coded('v2-0074', 'LAB')],
    code: concept(LOINC, 'report' in order ? order.report : MEASUREMENTS[first]),
    subject: toPatient(telling),
    encounter: refer('Encounter', visitKey(visit)),
    effectiveDateTime: instant(atMs),
    issued: instant(atMs + 180 * MINUTE_MS),
    performer: [refer('Organization', 'site')],
    ...(hasSpecimen ? { specimen: [refer('Specimen', specimen.id ?? '')] } : {}),
    result: order.members.map((member) => refer('Observation', `${key}-${name}-${member}`)),
  };
  const results = order.members.map((member) => ({
    ...tellValue(moment, member, 'laboratory', `${name}-${member}`),
    ...(hasSpecimen ? { specimen: refer('Specimen', specimen.id ?? '') } : {}),
  }));
  return [report, ...(hasSpecimen ? [specimen] : []), ...results];
}

function tellValue(moment: Moment, name: MeasurementName, category: string, as: string = name): Observation {
  const { telling, key, atMs } = moment;
  const item: Measurement = MEASUREMENTS[name];
  const value = valueAt(telling.story, name, atMs, telling.random(`${key}-${name}`));
  const { low, high } = item;
  const range = {
    ...(low === undefined ? {} : { low: quantity(item, low) }),
    ...(high === undefined ? {} : { high: quantity(item, high) }),
  };
  return {
    ...begin(moment, as, category, item),
    valueQuantity: quantity(item, value),
    ...(low === undefined && high === undefined
      ? {}
      : { interpretation: [coded('v3-ObservationInterpretation', flag(item, value))], referenceRange: [range] }),
  };
}

function flag({ low, high, critical }: Measurement, value: number): string {
  if (critical && value < critical[0]) return 'LL';
  if (critical && value > critical[1]) return 'HH';
  if (low !== undefined && value < low) return 'L';
  return high !== undefined && value > high ? 'H' : 'N';
}

function begin({ telling, visit, key, atMs }: Moment, as: string, category: string, code: Code) {
  return {
    resourceType: 'Observation' as const,
    id: `${key}-${as}`,
    status: 'final' as const,
    category: [coded('observation-category', category)],
    code: concept(LOINC, code),
    subject: toPatient(telling),
    encounter: refer('Encounter', visitKey(visit)),
    effectiveDateTime: instant(atMs),
    issued: instant(atMs + (category === 'laboratory' ? 170 : 5) * MINUTE_MS),
    performer: [refer('Practitioner', doctorOf(visit))],
  };
}

/** Answers that are given once: whether they smoked, which blood group they have. */
function tellHistory(telling: Telling): Observation[] {
  const { smoking, bloodGroup } = telling.story;
  const moment: Moment = { telling, visit: 0, key: visitKey(0), atMs: telling.startMs(0) + 8 * MINUTE_MS };
  return [
    ...(smoking
      ? [
          {
            ...begin(moment, 'smoking', 'social-history', SMOKING_STATUS),
            valueCodeableConcept: concept(SNOMED, smoking === 'never' ? NEVER_SMOKED : EX_SMOKER),
          },
        ]
      : []),
    ...(bloodGroup
      ? [
          {
            ...begin(moment, 'blood-group', 'laboratory', BLOOD_GROUP),
            valueCodeableConcept: concept(SNOMED, bloodGroup === 'A' ? GROUP_A : GROUP_O),
          },
        ]
      : []),
  ];
}

function quantity({ unit, ucum }: Measurement, value: number) {
  return { value, unit, system: UCUM, code: ucum ?? unit };
}
