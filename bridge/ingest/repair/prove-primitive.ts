import { fhirTypeToJsType, isValidCalendarDate, validationRegexes } from '@medplum/core';
import type { Json } from '../walk-references.ts';

/** True only when the validator is sure to take the value. */
export type Proof = (value: Json | undefined) => boolean;

const MAX_LENGTH = 1 << 20;
const MAX_INTEGER = 2 ** 31 - 1;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The least of the whole numbers that a type may hold (R4 datatypes.html#integer). */
const LEAST: Readonly<Record<string, number>> = { integer: -(2 ** 31), unsignedInt: 0, positiveInt: 1 };

/** How to be sure of a value of this primitive type; undefined when the type is no primitive of the validator's. */
export function primitiveProof(type: string): Proof | undefined {
  const jsType = (fhirTypeToJsType as Readonly<Record<string, string>>)[type];
  if (jsType === 'boolean') return (value) => typeof value === 'boolean';
  if (jsType === 'number') return numberProof(LEAST[type]);
  if (type === 'base64Binary') return isBase64;
  return jsType === 'string' ? textProof(type) : undefined;
}

function numberProof(least: number | undefined): Proof {
  if (least === undefined) return (value) => Number.isFinite(value);
  return (value) => typeof value === 'number' && Number.isInteger(value) && value >= least && value <= MAX_INTEGER;
}

function textProof(type: string): Proof {
  const form = validationRegexes[type];
  const isDate = ['date', 'dateTime', 'instant'].includes(type);
  return (value) =>
    typeof value === 'string' &&
    value.length <= MAX_LENGTH &&
    value.trim() !== '' &&
    value.isWellFormed() &&
    !value.includes('\0') &&
    (form === undefined || form.test(value)) &&
    (!isDate || isValidCalendarDate(value));
}

function isBase64(value: Json | undefined): boolean {
  return typeof value === 'string' && value.length <= MAX_LENGTH && value.length % 4 === 0 && BASE64.test(value);
}
