import type { Patient } from '@medplum/fhirtypes';
import { isNickname } from './nicknames.ts';
import { type PersonTraits, readPerson } from './read-person.ts';

/** How alike two Patients are, and what that means. */
export interface PersonVerdict {
  readonly score: number;
  readonly verdict: 'same' | 'unsure' | 'different';
  /** The traits that were compared, with their points, for whoever decides; codes, never values. */
  readonly points: Readonly<Record<string, number>>;
}

/** From here on two Patients are one person; a full name, a birth date and a sex alone do not get here. */
export const SURE = 85;
/** From here on a person is asked. */
export const UNSURE = 60;

/**
 * Scores two Patients as FHIR's `$match` would: points for what agrees, points off for what differs, nothing for what one of
 * them does not say. Symmetric.
 *
 * | trait                | agrees | nearly                          | differs |
 * |----------------------|--------|---------------------------------|---------|
 * | social security      | 60     |                                 | -40     |
 * | other identifier     | 50     |                                 | 0       |
 * | birth date           | 30     | 5: a digit or day and month     | -40     |
 * | family name          | 20     | 10: a letter or two             | -20     |
 * | given name           | 20     | 12: nickname, initial, a letter | -30     |
 * | middle name          | 5      | 3: initial                      | -15     |
 * | Jr, Sr, II...        | 5      |                                 | -40     |
 * | sex                  | 5      |                                 | -20     |
 * | address              | 15     | 5: postal code or city          | 0       |
 * | phone, e-mail (each) | 15     |                                 | 0       |
 *
 * What differs in a birth date, a given name, a generation or a social security number leaves it to a person, however much
 * agrees: twins share an address, a phone and an insurance.
 *
 * @param isOneChart - Both were bound to one chart by somebody who connected them: 15 more.
 */
export function comparePeople(one: Patient, other: Patient, isOneChart = false): PersonVerdict {
  const [a, b] = [readPerson(one), readPerson(other)];
  const points = {
    ...(isOneChart && { 'same-chart': 15 }),
    identifier: pointsForIdentifiers(a, b),
    'birth-date': pointsForBirthDate(a.birthDate, b.birthDate),
    'family-name': best(a.families, b.families, { agrees: 20, nearly: 10, differs: -20 }, isTypo),
    'given-name': best(a.givens, b.givens, { agrees: 20, nearly: 12, differs: -30 }, isNearlyGiven),
    'middle-name': best(a.middles, b.middles, { agrees: 5, nearly: 3, differs: -15 }, isInitial),
    generation: pair(a.generation, b.generation, 5, -40),
    sex: pair(a.sex, b.sex, 5, -20),
    address: shares(a.streets, b.streets) ? 15 : shares(a.places, b.places) ? 5 : 0,
    phone: shares(a.phones, b.phones) ? 15 : 0,
    email: shares(a.emails, b.emails) ? 15 : 0,
  };
  const score = Object.values(points).reduce((sum, each) => sum + each, 0);
  const isSure = score >= SURE && !ESSENTIAL.some((trait) => (points[trait] ?? 0) < 0);
  const verdict = isSure ? 'same' : score >= UNSURE ? 'unsure' : 'different';
  return { score, verdict, points };
}

const ESSENTIAL = ['identifier', 'birth-date', 'given-name', 'generation'] as const;

function pointsForIdentifiers(one: PersonTraits, other: PersonTraits): number {
  const number = pair(one.socialSecurity, other.socialSecurity, 60, -40);
  return number !== 0 ? number : shares(one.identifiers, other.identifiers) ? 50 : 0;
}

function pointsForBirthDate(one: string | undefined, other: string | undefined): number {
  if (one === undefined || other === undefined) return 0;
  if (one === other) return 30;
  // A month or a year alone agrees with what begins so, and says less.
  if (one.startsWith(other) || other.startsWith(one)) return 10;
  const [year, month, day] = one.split('-');
  return other === `${year}-${day}-${month}` || isOneDigit(one, other) ? 5 : -40;
}

function isOneDigit(one: string, other: string): boolean {
  return one.length === other.length && [...one].filter((char, at) => char !== other[at]).length === 1;
}

interface Points {
  readonly agrees: number;
  readonly nearly: number;
  readonly differs: number;
}

/** People have several names: the best of them counts. */
function best(
  ones: readonly string[],
  others: readonly string[],
  { agrees, nearly, differs }: Points,
  isNearly: (one: string, other: string) => boolean,
): number {
  if (ones.length === 0 || others.length === 0) return 0;
  if (shares(ones, others)) return agrees;
  return ones.some((one) => others.some((other) => isNearly(one, other))) ? nearly : differs;
}

function isNearlyGiven(one: string, other: string): boolean {
  return isNickname(one, other) || isInitial(one, other) || isTypo(one, other);
}

function isInitial(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short.length === 1 && long.startsWith(short);
}

/** One letter changed, left out, put in, or two that changed places, in a name that is long enough to tell. */
function isTypo(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length < 5 || long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at++;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  const isSwapped =
    short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2);
  return short.slice(at + 1) === long.slice(at + 1) || isSwapped;
}

function pair(one: string | undefined, other: string | undefined, agrees: number, differs: number): number {
  if (one === undefined || other === undefined) return 0;
  return one === other ? agrees : differs;
}

function shares(ones: readonly string[], others: readonly string[]): boolean {
  return ones.some((one) => others.includes(one));
}
