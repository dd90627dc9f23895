import type { Patient } from '@medplum/fhirtypes';
import { plain } from './read-words.ts';

/** What a Patient is recognised by, in one spelling; empty or absent where it is not said. */
export interface PersonTraits {
  readonly socialSecurity: string | undefined;
  /** `system|value` */
  readonly identifiers: readonly string[];
  readonly birthDate: string | undefined;
  readonly families: readonly string[];
  readonly givens: readonly string[];
  readonly middles: readonly string[];
  /** Of several of one name: `jr`, `sr`, `2`... */
  readonly generation: string | undefined;
  readonly sex: 'male' | 'female' | undefined;
  /** Street with its number, and postal code. */
  readonly streets: readonly string[];
  /** Postal codes; the city where there is none. */
  readonly places: readonly string[];
  readonly phones: readonly string[];
  readonly emails: readonly string[];
}

const SOCIAL_SECURITY = ['http://hl7.org/fhir/sid/us-ssn', 'urn:oid:2.16.840.1.113883.4.1'];

export function readPerson({
  identifier = [],
  name = [],
  birthDate,
  gender,
  address = [],
  telecom = [],
}: Patient): PersonTraits {
  const numbers = identifier.filter(({ system }) => SOCIAL_SECURITY.includes(system ?? ''));
  const others = identifier.filter(({ system }) => system && !SOCIAL_SECURITY.includes(system));
  const contacts = (kind: string) =>
    telecom.filter(({ system }) => system === kind).flatMap(({ value }) => value ?? []);
  const given = name.map((one) => one.given?.flatMap((word) => wordsOf(word)) ?? []);
  return {
    socialSecurity: numbers.map(({ value }) => value?.replace(/\D/g, '') ?? '').find((digits) => digits.length === 9),
    identifiers: others.flatMap(({ system, value }) => (value ? [`${system}|${value.trim()}`] : [])),
    birthDate: birthDate || undefined,
    families: unique(name.flatMap(({ family }) => (family ? [withoutGeneration(family)] : []))),
    givens: unique(given.flatMap(([first]) => first ?? [])),
    middles: unique(given.flatMap(([, second]) => second ?? [])),
    generation: name.flatMap(({ suffix = [], family = '' }) => [...suffix, family].flatMap(generationOf))[0],
    sex: gender === 'male' || gender === 'female' ? gender : undefined,
    streets: unique(
      address.flatMap(({ line, postalCode }) =>
        line?.[0] && postalCode ? [`${street(line[0])} ${zip(postalCode)}`] : [],
      ),
    ),
    places: unique(
      address.flatMap(({ postalCode, city }) => (postalCode ? [zip(postalCode)] : city ? [plain(city)] : [])),
    ),
    phones: unique(
      contacts('phone')
        .map((value) => value.replace(/\D/g, '').slice(-10))
        .filter((digits) => digits.length >= 7),
    ),
    emails: unique(contacts('email').map((value) => value.trim().toLowerCase())),
  };
}

const GENERATIONS: Readonly<Record<string, string>> = {
  jr: 'jr',
  junior: 'jr',
  sr: 'sr',
  senior: 'sr',
  ii: '2',
  '2nd': '2',
  iii: '3',
  '3rd': '3',
  iv: '4',
};

function generationOf(text: string): string[] {
  return wordsOf(text).flatMap((word) => GENERATIONS[word] ?? []);
}

function withoutGeneration(family: string): string {
  const words = wordsOf(family);
  const kept = words.filter((word, at) => at === 0 || GENERATIONS[word] === undefined);
  return kept.join('');
}

const STREETS: Readonly<Record<string, string>> = {
  street: 'st',
  avenue: 'ave',
  road: 'rd',
  drive: 'dr',
  lane: 'ln',
  boulevard: 'blvd',
  court: 'ct',
  apartment: 'apt',
  north: 'n',
  south: 's',
  east: 'e',
  west: 'w',
};

function street(line: string): string {
  return wordsOf(line)
    .map((word) => STREETS[word] ?? word)
    .join(' ');
}

function zip(postalCode: string): string {
  return postalCode.trim().slice(0, 5).toLowerCase();
}

function wordsOf(text: string): string[] {
  return plain(text.replace(/['’]/g, ''))
    .split(' ')
    .filter((word) => word !== '');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
