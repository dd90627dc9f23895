import type { Patient } from '@medplum/fhirtypes';

import { type Agreement, compareNames } from './compare-names.ts';
import { readNames } from './read-names.ts';

/** What is compared. Codes, never values: they go into Tasks, logs and onto the screen. */
export const TRAITS = ['family-name', 'given-name', 'birth-date', 'sex'] as const;

export type Trait = (typeof TRAITS)[number];

/** A Patient, as FHIR has it or as a source wrote it. */
type Person = Patient | { readonly name?: unknown; readonly birthDate?: unknown; readonly gender?: unknown };

/** `reasons`: for `different` the traits in conflict, for `unsure` those that a side does not say; none for `same`. */
export interface Verdict {
  readonly verdict: 'same' | 'different' | 'unsure';
  readonly reasons: readonly Trait[];
}

/**
 * Whether two Patients can be the same person, by name, birth date and sex. Symmetric. Neither needs to be valid FHIR.
 *
 * | family and given name      | birth date  | sex              | verdict   |
 * |----------------------------|-------------|------------------|-----------|
 * | any part differs           | any         | any              | different |
 * | any                        | differs     | any              | different |
 * | any                        | any         | male and female  | different |
 * | both agree                 | agrees      | no conflict      | same      |
 * | both agree                 | not said    | agrees           | same      |
 * | both agree                 | not said    | not said         | unsure    |
 * | a part not said, or        | not said or | no conflict      | unsure    |
 * | initials only              | agrees      |                  |           |
 *
 * - A name agrees without regard to case, accents, punctuation, spacing, titles and generations, in either order, by any
 *   entry of `Patient.name`, and when one side has more words than the other (middle names, second family names). An
 *   initial agrees with a name that it begins. Two different middle names differ: twins share their first one.
 * - Nicknames are not known: Bob and Robert differ, unless one of the two Patients has both names. A person decides.
 * - A birth date agrees when one is the beginning of the other (`1980`, `1980-05-17`).
 * - Sex differs only between male and female; `other`, `unknown` and nothing say nothing.
 */
export function compareDemographics(app: Person, source: Person): Verdict {
  const name = compareNames(readNames(app.name), readNames(source.name));
  const found: Readonly<Record<Trait, Agreement>> = {
    'family-name': name.family,
    'given-name': name.given,
    'birth-date': compareDates(readDate(app.birthDate), readDate(source.birthDate)),
    sex: compareSex(readSex(app.gender), readSex(source.gender)),
  };
  const those = (wanted: Agreement) => TRAITS.filter((trait) => found[trait] === wanted);
  const conflicts = those('differs');
  if (conflicts.length > 0) return { verdict: 'different', reasons: conflicts };
  const unsaid = those('unsaid');
  // One of birth date and sex may be missing when all else agrees.
  const isSame = unsaid.length === 0 || (unsaid.length === 1 && (unsaid[0] === 'sex' || unsaid[0] === 'birth-date'));
  return isSame ? { verdict: 'same', reasons: [] } : { verdict: 'unsure', reasons: unsaid };
}

function compareDates(one: string | undefined, other: string | undefined): Agreement {
  if (one === undefined || other === undefined) return 'unsaid';
  return one.startsWith(other) || other.startsWith(one) ? 'agrees' : 'differs';
}

function compareSex(one: string | undefined, other: string | undefined): Agreement {
  if (one === undefined || other === undefined) return 'unsaid';
  return one === other ? 'agrees' : 'differs';
}

const DATE = /^(\d{4})(?:-?(\d{2})(?:-?(\d{2}))?)?(?:T.*)?$/;

/** The day, as far as it is known. Sources add a time, or leave the dashes out. */
function readDate(value: unknown): string | undefined {
  const parts = typeof value === 'string' ? DATE.exec(value.trim()) : null;
  return parts?.slice(1).filter(Boolean).join('-');
}

function readSex(value: unknown): 'male' | 'female' | undefined {
  const code = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (code === 'male' || code === 'm') return 'male';
  return code === 'female' || code === 'f' ? 'female' : undefined;
}
