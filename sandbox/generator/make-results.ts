import type { DiagnosticReport, Observation, Specimen } from '@medplum/fhirtypes';
import { NEVER_SMOKED, SMOKING_STATUS, VENOUS_BLOOD } from './codes/care.ts';
import { MEASUREMENTS, type Measurement } from './codes/measurements.ts';
import { BLOOD_PRESSURE, PANELS, type Panel } from './codes/panels.ts';
import { type Code, concept, LOINC, SNOMED, UCUM } from './codes/systems.ts';
import { makeRandom, type Random } from './make-random.ts';
import { dateTime, type PatientRecord } from './make-record.ts';
import { ownedBy, ownerOf } from './plan-counts.ts';

const MINUTE_MS = 60_000;
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category';
const INTERPRETATION = 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation';

/** What a copy of the same key says: older ones are preliminary. */
export type Revision = 'only' | 'older' | 'newer';

/**
 * One result of a panel. The first of a laboratory panel is the panel itself, whose members some sources derive from it
 * again: a cycle. The first of a set of vital signs is the blood pressure with its two components.
 */
export function makeObservation(record: PatientRecord, index: number, revision: Revision = 'only'): Observation {
  const { counts } = record;
  const random = record.random('Observation', index);
  const report = counts.DiagnosticReport > 0 ? ownerOf(index, counts.Observation, counts.DiagnosticReport) : 0;
  const [from, to] = ownedBy(report, counts.Observation, Math.max(counts.DiagnosticReport, 1));
  const panel = PANELS[report % PANELS.length] ?? PANELS[0];
  const position = index - from;
  const encounter = record.encounterOf('Observation', index);
  const round = Math.floor(position / (panel.members.length + 1));
  const takenMs = record.encounterAtMs(encounter) + (10 + round * 15) * MINUTE_MS;
  const isPanel = position % (panel.members.length + 1) === 0;
  const measurement = panel.members[(position % (panel.members.length + 1)) - 1] ?? panel.members[0];
  return {
    resourceType: 'Observation',
    id: record.id('Observation', index),
    ...metaOf(revision, takenMs, random),
    status: revision === 'newer' ? 'corrected' : 'final',
    category: [{ coding: [{ system: CATEGORY, code: panel.category }] }],
    subject: record.toPatient(),
    encounter: random.chance(0.05) ? record.dangle('Encounter', random) : record.refer('Encounter', encounter),
    effectiveDateTime: dateTime(takenMs, random),
    issued: new Date(takenMs + 40 * MINUTE_MS).toISOString(),
    ...(isPanel
      ? panelResult(record, panel, random, [index + 1, Math.min(to, index + 1 + panel.members.length)])
      : singleResult(record, measurement, takenMs, random, revision)),
    ...(!isPanel && panel.category === 'laboratory' && report % 5 === 1
      ? { derivedFrom: [record.refer('Observation', from + round * (panel.members.length + 1))] }
      : {}),
  };
}

/** The same result as a potassium that its laboratory calls critically high; without a code for its unit. */
export function makeCritical({ valueQuantity: _, component: __, ...result }: Observation, day: string): Observation {
  return {
    ...result,
    status: 'final',
    category: [{ coding: [{ system: CATEGORY, code: 'laboratory' }] }],
    code: concept(LOINC, MEASUREMENTS.potassium),
    effectiveDateTime: day,
    issued: `${day}T00:00:00Z`,
    valueQuantity: { value: 7.1, unit: 'mmol/l' },
    interpretation: [{ coding: [{ system: INTERPRETATION, code: 'HH', display: 'Critical high' }] }],
    referenceRange: [{ low: { value: 3.5, unit: 'mmol/l' }, high: { value: 5.1, unit: 'mmol/l' } }],
  };
}

/** That they never smoked, as asked at a visit. Exports have it in documents only. */
export function makeSmokingStatus(record: PatientRecord, encounter: number): Observation {
  return {
    resourceType: 'Observation',
    id: `smoking-${record.seed}-${encounter}`,
    status: 'final',
    category: [{ coding: [{ system: CATEGORY, code: 'social-history' }] }],
    code: concept(LOINC, SMOKING_STATUS),
    subject: record.toPatient(),
    effectiveDateTime: new Date(record.encounterAtMs(encounter)).toISOString(),
    valueCodeableConcept: concept(SNOMED, NEVER_SMOKED),
  };
}

function metaOf(revision: Revision, takenMs: number, random: Random): Pick<Observation, 'meta'> {
  if (revision !== 'only') {
    const lagMs = (revision === 'newer' ? 48 : 1) * 60 * MINUTE_MS;
    return {
      meta: { versionId: revision === 'newer' ? '2' : '1', lastUpdated: new Date(takenMs + lagMs).toISOString() },
    };
  }
  // Epic sends no meta at all; others do, each in its own way.
  return random.chance(0.1)
    ? {
        meta: {
          source: 'urn:ehr:results',
          profile: ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-observation-lab'],
        },
      }
    : {};
}

function panelResult(record: PatientRecord, panel: Panel, random: Random, [from, to]: readonly [number, number]) {
  if (panel.category === 'vital-signs') {
    const systolic = Math.round(128 + random.normal() * 9);
    const pressure = (code: Code, value: number) => ({
      code: concept(LOINC, code),
      valueQuantity: { value, unit: 'mmHg', system: UCUM, code: 'mm[Hg]' },
    });
    return {
      code: concept(LOINC, BLOOD_PRESSURE),
      component: [
        pressure(MEASUREMENTS.systolic, systolic),
        pressure(MEASUREMENTS.diastolic, Math.round(systolic * 0.62)),
      ],
    };
  }
  const members = Array.from({ length: Math.max(to - from, 0) }, (_, offset) =>
    record.refer('Observation', from + offset),
  );
  return { code: concept(LOINC, panel), ...(members.length > 0 ? { hasMember: members } : {}) };
}

/** A value near the patient's own level, which drifts over the years: a trend worth plotting. */
function singleResult(record: PatientRecord, item: Measurement, takenMs: number, random: Random, revision: Revision) {
  const own = makeRandom(record.seed, 'level', item.code);
  const years = takenMs / (365.25 * 24 * 60 * MINUTE_MS) - 50;
  const level = item.mean + (own.normal() * 0.8 + own.normal() * 0.08 * years) * item.deviation;
  const shift = revision === 'newer' ? item.deviation / 10 : 0;
  const value = Number((level + shift + random.normal() * 0.4 * item.deviation).toFixed(item.digits));
  const quantity = (number: number) => ({ value: number, unit: item.unit, system: UCUM, code: item.ucum ?? item.unit });
  const { low, high } = item;
  const flag = low !== undefined && value < low ? 'L' : high !== undefined && value > high ? 'H' : 'N';
  return {
    code: concept(LOINC, item),
    valueQuantity: quantity(value),
    ...(low === undefined && high === undefined
      ? {}
      : {
          interpretation: [{ coding: [{ system: INTERPRETATION, code: flag }] }],
          referenceRange: [
            {
              ...(low === undefined ? {} : { low: quantity(low) }),
              ...(high === undefined ? {} : { high: quantity(high) }),
            },
          ],
        }),
  };
}

export function makeDiagnosticReport(record: PatientRecord, index: number): DiagnosticReport {
  const { counts } = record;
  const random = record.random('DiagnosticReport', index);
  const encounter = record.encounterOf('DiagnosticReport', index);
  const panel = PANELS[index % PANELS.length] ?? PANELS[0];
  const [from, to] = ownedBy(index, counts.Observation, counts.DiagnosticReport);
  const atMs = record.encounterAtMs(encounter) + 10 * MINUTE_MS;
  return {
    resourceType: 'DiagnosticReport',
    id: record.id('DiagnosticReport', index),
    status: 'final',
    code: concept(LOINC, panel),
    subject: record.toPatient(),
    encounter: record.refer('Encounter', encounter),
    effectiveDateTime: dateTime(atMs, random),
    issued: new Date(atMs + 60 * MINUTE_MS).toISOString(),
    performer: [record.refer('Organization', index % counts.Organization, index % 7 === 0 ? 'versioned' : 'relative')],
    result: Array.from({ length: Math.min(to - from, 40) }, (_, offset) => record.refer('Observation', from + offset)),
    ...(counts.Specimen > 0 ? { specimen: [record.refer('Specimen', index % counts.Specimen, 'urn')] } : {}),
  };
}

export function makeSpecimen(record: PatientRecord, index: number): Specimen {
  const random = record.random('Specimen', index);
  const atMs = record.encounterAtMs(record.encounterOf('Specimen', index));
  return {
    resourceType: 'Specimen',
    id: record.id('Specimen', index),
    status: 'available',
    type: concept(SNOMED, VENOUS_BLOOD),
    subject: record.toPatient(),
    collection: { collectedDateTime: dateTime(atMs, random) },
  };
}
