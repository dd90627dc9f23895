import { makeRandom, type Random } from './make-random.ts';
import type { ExportType } from './plan-counts.ts';

/** Base of absolute references and of documents' addresses at the imaginary EHR. */
export const EHR_BASE = 'https://fhir.ehr.example.org/r4';

/** `epic`: mostly 66 to 130 characters of Epic's alphabet. `uuid`: as a Medplum or Synthea source has them. */
export type IdStyle = 'epic' | 'uuid';

const EPIC_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-';

/** Lengths as recorded from Epic's sandbox: 392 of 412 are over 64. */
const EPIC_LENGTHS = [66, 66, 66, 66, 66, 66, 66, 66, 88, 88, 88, 88, 88, 88, 130, 130, 130, 130, 130, 45] as const;

/**
 * The id that the source gave a resource: a function of seed, type and index, so that a reference can be written before
 * its target is made.
 */
export function makeId(seed: number, style: IdStyle, type: ExportType, index: number): string {
  const random = makeRandom(seed, 'id', type, index);
  if (type === 'ExplanationOfBenefit' || type === 'Coverage') {
    // Payers' ids: negative numbers as text.
    return `-${random.int(1, 9)}${digits(random, 12)}`;
  }
  if (isSynthesised(type, index)) {
    return Buffer.from(documentAddress(seed, index)).toString('base64');
  }
  if (style === 'uuid' || USES_UUID.has(type)) {
    return uuid(random);
  }
  // The first Location has the id of the first Organization: ids are unique per type only.
  const source = type === 'Location' && index === 0 ? makeRandom(seed, 'id', 'Organization', 0) : random;
  return `e${Array.from({ length: source.pick(EPIC_LENGTHS) - 1 }, () => EPIC_ALPHABET[source.int(0, 63)]).join('')}`;
}

/** Part of an Epic-like export that came from elsewhere and kept its UUIDs; these are also referred to by urn. */
const USES_UUID: ReadonlySet<ExportType> = new Set(['CareTeam', 'Device', 'Specimen']);

/**
 * Every third Binary is one that Fasten made of a document fetched by address: its id is the standard base64 of that
 * address (`+`, `/`, `=` included) and only its `meta.source` joins it to the attachment.
 */
export function isSynthesised(type: ExportType, index: number): boolean {
  return type === 'Binary' && index % 3 === 2;
}

/** The address a document had at the EHR: no FHIR path, and with characters that need `+` and `/` in base64. */
export function documentAddress(seed: number, index: number): string {
  return `https://files.ehr.example.org/documents/${makeRandom(seed, 'document', index).int(100000, 999999)}-${index}/~~~?v=???`;
}

/** A UUID of version 4 whose bits come from the stream. */
export function uuid(random: Random): string {
  const hex = Array.from({ length: 31 }, () => random.int(0, 15).toString(16)).join('');
  const variant = '89ab'[random.int(0, 3)] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-${variant}${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
}

function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.int(0, 9)).join('');
}
