import type { Reference, Resource } from '@medplum/fhirtypes';
import { EHR_BASE, type IdStyle, makeId } from './make-ids.ts';
import { makeRandom, type Random } from './make-random.ts';
import { type Counts, type ExportType, ownerOf } from './plan-counts.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

export interface Demographics {
  readonly given: string;
  readonly family: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly gender: 'female' | 'male' | 'other' | 'unknown';
}

/** The form a reference is written in; real exports mix them. */
export type ReferenceForm = 'relative' | 'versioned' | 'absolute' | 'urn';

/** What every builder of a resource needs to know of the whole record, without any resource being there yet. */
export interface PatientRecord {
  readonly seed: number;
  /** What ids, and addresses of documents, are made of. */
  readonly idSeed: number;
  readonly counts: Counts;
  readonly patient: Demographics;
  /** Size of a generated document before base64. */
  readonly documentBytes: number;
  id(type: ExportType, index: number): string;
  /** A stream of its own for one resource. */
  random(type: ExportType, index: number): Random;
  /** A reference to a resource of this export, in the form asked for. */
  refer<T extends ExportType>(type: T, index: number, form?: ReferenceForm): Reference<Resource & { resourceType: T }>;
  /** A reference to a resource that the export does not hold, as the EHR's own refusals leave them. */
  dangle<T extends Resource['resourceType']>(type: T, random: Random): Reference<Resource & { resourceType: T }>;
  toPatient(): Reference<Resource & { resourceType: 'Patient' }>;
  /** The encounter during which item `index` of a type came about. */
  encounterOf(type: ExportType, index: number): number;
  /** When an encounter began, milliseconds since 1970; later encounters begin later. */
  encounterAtMs(encounter: number): number;
}

export interface RecordOptions {
  readonly seed: number;
  readonly idSeed: number;
  readonly idStyle: IdStyle;
  readonly patient: Demographics;
  readonly documentBytes: number;
  /** The last day of the record, YYYY-MM-DD: fixed, so that a seed gives the same bytes next year. */
  readonly until: string;
}

/** Years of history, less for a child. */
const HISTORY_YEARS = 12;

export function makeRecord(counts: Counts, options: RecordOptions): PatientRecord {
  const { seed, idSeed, idStyle, patient, documentBytes } = options;
  const endMs = Date.parse(options.until);
  const startMs = Math.max(Date.parse(patient.birthDate) + DAY_MS, endMs - HISTORY_YEARS * 365.25 * DAY_MS);
  const stepMs = (endMs - startMs) / counts.Encounter;
  const id = (type: ExportType, index: number) => makeId(idSeed, idStyle, type, index);
  const record: PatientRecord = {
    seed,
    idSeed,
    counts,
    patient,
    documentBytes,
    id,
    random: (type, index) => makeRandom(seed, type, index),
    refer: (type, index, form = 'relative') => ({ reference: writeReference(type, id(type, index), form) }),
    dangle: (type, random) => ({ reference: `${type}/${makeId(random.int(0, 1e9), idStyle, 'Encounter', 0)}` }),
    toPatient: () => ({
      reference: `Patient/${id('Patient', 0)}`,
      display: `${patient.family}, ${patient.given}`,
    }),
    encounterOf(type, index) {
      // A result belongs to its report's visit, so that both tell the same story.
      if (type === 'Observation' && counts.DiagnosticReport > 0) {
        return record.encounterOf('DiagnosticReport', ownerOf(index, counts.Observation, counts.DiagnosticReport));
      }
      return ownerOf(index, counts[type], counts.Encounter);
    },
    encounterAtMs(encounter) {
      const withinStep = makeRandom(seed, 'encounter time', encounter).next();
      return Math.floor((startMs + (encounter + withinStep * 0.6) * stepMs) / 60_000) * 60_000;
    },
  };
  return record;
}

function writeReference(type: string, id: string, form: ReferenceForm): string {
  switch (form) {
    case 'relative':
      return `${type}/${id}`;
    case 'versioned':
      return `${type}/${id}/_history/1`;
    case 'absolute':
      return `${EHR_BASE}/${type}/${id}`;
    case 'urn':
      return `urn:uuid:${id}`;
  }
}

/** A time as sources write it: with Z, with an offset, with or without fractions. Always the same instant. */
export function dateTime(timeMs: number, random: Random): string {
  const form = random.int(0, 5);
  if (form === 0) {
    return new Date(timeMs).toISOString();
  }
  if (form === 1) {
    return `${new Date(timeMs - 5 * 60 * 60 * 1000).toISOString().slice(0, 19)}-05:00`;
  }
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** The day of a time, YYYY-MM-DD. */
export function date(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10);
}
