import { STANDARD_SYSTEMS } from '../normalise-codes/standard-systems.ts';

/** Whether a code can exist in a standard system at all: its form, and its check digit where the system has one. */
export function canExist(system: string, code: string): boolean {
  if (system === STANDARD_SYSTEMS.loinc) return /^\d{1,7}-\d$/.test(code) && hasLoincCheckDigit(code);
  if (system === STANDARD_SYSTEMS.snomed) return /^[1-9]\d{5,17}$/.test(code) && hasVerhoeffDigit(code);
  if (system === STANDARD_SYSTEMS.rxnorm) return /^[1-9]\d{0,7}$/.test(code);
  if (system === STANDARD_SYSTEMS.cvx) return /^\d{2,3}$/.test(code);
  // https://ucum.org/ucum#para-1: printable ASCII without blanks.
  return /^[\x21-\x7e]+$/.test(code);
}

/** Modulus 10: from the right every second digit counts twice, by its digits (LOINC Users' Guide, appendix C). */
function hasLoincCheckDigit(code: string): boolean {
  const digits = [...code.replace('-', '')].map(Number).toReversed();
  const parts = digits.map((digit, place) => (place % 2 === 0 ? digit : digit * 2 - (digit > 4 ? 9 : 0)));
  return parts.reduce((sum, part) => sum + part, 0) % 10 === 0;
}

const CYCLE = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];

/** Verhoeff's dihedral check, of which SNOMED CT's is one (https://confluence.ihtsdotools.org: check-digit computation). */
function hasVerhoeffDigit(code: string): boolean {
  const digits = [...code].map(Number).toReversed();
  return digits.reduce((check, digit, place) => composed(check, permuted(digit, place % 8)), 0) === 0;
}

function permuted(digit: number, times: number): number {
  let value = digit;
  for (let turn = 0; turn < times; turn++) value = CYCLE[value] ?? 0;
  return value;
}

/** In the group of the symmetries of a pentagon: 0 to 4 turn it, 5 to 9 also turn it over. */
function composed(a: number, b: number): number {
  if (a < 5) return b < 5 ? (a + b) % 5 : ((a + b) % 5) + 5;
  return b < 5 ? ((a - b + 5) % 5) + 5 : (a - b + 5) % 5;
}
