import type { Reference, Resource } from '@medplum/fhirtypes';
import { makeRandom, type Random } from '../generator/make-random.ts';
import type { Story, Visit } from './story.ts';

/** Systems of HL7's that every source uses. */
export const HL7 = 'http://terminology.hl7.org/CodeSystem';

const MINUTE_MS = 60_000;
/** Doors open at 14:00 UTC: morning in the Midwest. */
const OPENING_MS = 14 * 60 * MINUTE_MS;

/**
 * What the parts of a story need to know of the whole. Ids are neutral keys and references name them (`Encounter/visit-3`);
 * a source's dialect makes its own of both.
 */
export interface Telling {
  readonly story: Story;
  /** A stream of its own for one resource. */
  random(key: string): Random;
  /** When a visit began, milliseconds since 1970. */
  startMs(visit: number): number;
  /** Of the first visit on or after a day, else of the last. */
  visitSince(day: string): number;
}

export function beginTelling(story: Story): Telling {
  const random = (key: string) => makeRandom(story.seed, key);
  return {
    story,
    random,
    startMs(visit) {
      const day = Date.parse(story.visits[visit]?.on ?? '');
      return day + OPENING_MS + random(`visit-${visit}`).int(0, 35) * 5 * MINUTE_MS;
    },
    visitSince(day) {
      const found = story.visits.findIndex(({ on }) => on >= day);
      return found === -1 ? story.visits.length - 1 : found;
    },
  };
}

export function refer<T extends Resource['resourceType']>(type: T, key: string, display?: string) {
  const reference: Reference<Resource & { resourceType: T }> = { reference: `${type}/${key}` };
  return display === undefined ? reference : { ...reference, display };
}

export function toPatient({ story: { person } }: Telling): Reference<Resource & { resourceType: 'Patient' }> {
  return refer('Patient', 'person', `${person.given} ${person.family}`);
}

export const visitKey = (visit: number): string => `visit-${visit}`;

/** An hour and minute in UTC without fractions, as most sources write it. */
export function instant(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** A Coding of HL7's in a CodeableConcept. */
export function coded(system: string, code: string) {
  return { coding: [{ system: `${HL7}/${system}`, code }] };
}

/** Who sees the person, by visit: two take turns. */
export const doctorOf = (visit: number): string => `doctor-${visit % 2}`;

export function isEmergency({ kind }: Visit): boolean {
  return kind === 'emergency' || kind === 'inpatient';
}
