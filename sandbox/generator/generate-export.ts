import type { Resource } from '@medplum/fhirtypes';
import { z } from 'zod';
import { FAMILY_NAMES, GIVEN_NAMES } from './codes/names.ts';
import { makeCoverage, makeExplanationOfBenefit } from './make-claims.ts';
import { makeBinary, makeDocumentReference, makeProvenance } from './make-documents.ts';
import { makeLocation, makeOrganization, makePatient, makePractitioner } from './make-people.ts';
import { makeRandom } from './make-random.ts';
import { type Demographics, makeRecord, type PatientRecord } from './make-record.ts';
import { makeCritical, makeDiagnosticReport, makeObservation, makeSpecimen } from './make-results.ts';
import { makeAllergy, makeDevice, makeImmunization, makeMedication, makeMedicationRequest } from './make-treatments.ts';
import {
  makeCarePlan,
  makeCareTeam,
  makeCondition,
  makeEncounter,
  makeGoal,
  makeProcedure,
  makeServiceRequest,
} from './make-visits.ts';
import { EXPORT_TYPES, type ExportType, planCounts } from './plan-counts.ts';

/** Defects that a clean export lacks; see write-export.ts for what each puts in. */
export const DIRT = [
  'bad-json',
  'empty-strings',
  'crlf',
  'bom',
  'blank-lines',
  'cut-last-line',
  'no-final-newline',
] as const;

export const GENERATOR_OPTIONS = z.strictObject({
  /** The same options with the same seed give the same bytes. */
  seed: z.number().int().default(1),
  /** The same record as another health system tells it: the facts of `seed`, under the ids of this one. */
  idSeed: z.number().int().optional(),
  /** Lines of the clean export; about one in sixty repeats an earlier key. */
  resources: z.number().int().min(8).default(500),
  idStyle: z.enum(['epic', 'uuid']).default('epic'),
  /** Size of each document before base64, in bytes. */
  documentBytes: z.number().int().min(1).max(300_000_000).default(3000),
  /** The last day of the record. */
  until: z.iso.date().default('2026-10-31'),
  /** The day on which one result was critical, its unit in the laboratory's own spelling: something for bots to find. */
  criticalOn: z.iso.date().optional(),
  /** Who the record is about; else the seed decides. */
  patient: z
    .strictObject({
      given: z.string(),
      family: z.string(),
      birthDate: z.iso.date(),
      gender: z.enum(['female', 'male', 'other', 'unknown']),
    })
    .optional(),
  dirt: z.array(z.enum(DIRT)).default([]),
});

export type GeneratorOptions = z.input<typeof GENERATOR_OPTIONS>;

const BUILDERS: Readonly<Record<ExportType, (record: PatientRecord, index: number) => Resource>> = {
  AllergyIntolerance: makeAllergy,
  Binary: makeBinary,
  CarePlan: makeCarePlan,
  CareTeam: makeCareTeam,
  Condition: makeCondition,
  Coverage: makeCoverage,
  Device: makeDevice,
  DiagnosticReport: makeDiagnosticReport,
  DocumentReference: makeDocumentReference,
  Encounter: makeEncounter,
  ExplanationOfBenefit: makeExplanationOfBenefit,
  Goal: makeGoal,
  Immunization: makeImmunization,
  Location: makeLocation,
  Medication: makeMedication,
  MedicationRequest: makeMedicationRequest,
  Observation: makeObservation,
  Organization: makeOrganization,
  Patient: makePatient,
  Practitioner: makePractitioner,
  Procedure: makeProcedure,
  Provenance: makeProvenance,
  ServiceRequest: makeServiceRequest,
  Specimen: makeSpecimen,
};

/** No result that others refer to as a panel, and none that is repeated. */
const CRITICAL_INDEX = 1;

/** One line in so many is a repeat of an earlier key. */
const REPEAT_EVERY = 60;

/**
 * Generates a clean export in the shapes that real ones have: alphabetical by type, long ids, every form of reference
 * and attachment, repeats, cycles, dangling references. Nothing is held, so the size has no limit.
 *
 * @param options - See {@link GENERATOR_OPTIONS}; `dirt` is left to write-export.ts.
 * @returns JSON texts without line ends, one FHIR R4 resource each.
 * @throws ZodError when an option is out of range.
 */
export function* generateExport(options: GeneratorOptions = {}): Generator<string, void> {
  const { resources, patient, criticalOn, idSeed, ...rest } = GENERATOR_OPTIONS.parse(options);
  const repeats = Math.floor(resources / REPEAT_EVERY);
  const counts = planCounts(resources - repeats);
  const record = makeRecord(counts, {
    ...rest,
    idSeed: idSeed ?? rest.seed,
    patient: patient ?? demographicsOf(rest.seed),
  });
  for (const type of EXPORT_TYPES) {
    if (type === 'Observation') {
      yield* observationLines(record, repeats, criticalOn);
      continue;
    }
    for (let index = 0; index < counts[type]; index++) {
      yield toLine(BUILDERS[type](record, index), isTypeLast(record, type, index));
    }
  }
}

/** Who the record of this seed is about, when the options do not say. */
export function demographicsOf(seed: number): Demographics {
  const random = makeRandom(seed, 'patient');
  const gender = random.pick(['female', 'male']);
  const birthMs = Date.UTC(random.int(1940, 2004), random.int(0, 11), random.int(1, 28));
  // The last two names are for practitioners: a misread encoding and an apostrophe would hide a wrong chart.
  const family = FAMILY_NAMES[random.int(0, FAMILY_NAMES.length - 3)] ?? FAMILY_NAMES[0];
  return {
    given: random.pick(GIVEN_NAMES[gender]),
    family,
    birthDate: new Date(birthMs).toISOString().slice(0, 10),
    gender,
  };
}

/**
 * Observations, followed by repeats of some of them, as overlapping search categories leave them. In turn: the same line
 * again; a newer version of what came before; an older version of what came before. The last third repeats one key.
 */
function* observationLines(
  record: PatientRecord,
  repeats: number,
  criticalOn: string | undefined,
): Generator<string, void> {
  const total = record.counts.Observation;
  const spread = Math.ceil((repeats * 2) / 3);
  const target = (repeat: number) => (repeat < spread ? Math.floor((repeat * total) / (spread + 1)) : total - 1);
  const kindOf = new Map(Array.from({ length: spread }, (_, repeat) => [target(repeat), repeat % 3]));
  for (let index = 0; index < total; index++) {
    const kind = kindOf.get(index) ?? 0;
    const revision = (['only', 'older', 'newer'] as const)[kind] ?? 'only';
    const result = makeObservation(record, index, revision);
    const isCritical = criticalOn !== undefined && index === CRITICAL_INDEX;
    yield toLine(isCritical ? makeCritical(result, criticalOn) : result, isTypeLast(record, 'Observation', index));
  }
  for (let repeat = 0; repeat < repeats; repeat++) {
    const index = target(repeat);
    const revision = (['only', 'newer', 'older'] as const)[kindOf.get(index) ?? 0] ?? 'only';
    yield toLine(makeObservation(record, index, revision), isTypeLast(record, 'Observation', index));
  }
}

/** A Binary carries its type behind its data, and so do some other lines: nothing can be told from a line's start. */
function isTypeLast(record: PatientRecord, type: ExportType, index: number): boolean {
  return type === 'Binary' || record.random(type, index + 1).chance(0.1);
}

function toLine({ resourceType, ...rest }: Resource, isLast: boolean): string {
  return JSON.stringify(isLast ? { ...rest, resourceType } : { resourceType, ...rest });
}
