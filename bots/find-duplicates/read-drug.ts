import type { CodeableConcept } from '@medplum/fhirtypes';
import { DRUG_FILLERS, DRUG_NAMES, INGREDIENT_CODES } from './drug-names.ts';
import { codesOf, textsOf } from './read-codes.ts';
import { plain } from './read-words.ts';

/** A medicine as far as a source names it. */
export interface Drug {
  /** Standard codes (`rxnorm|861007`). */
  readonly codes: readonly string[];
  /** Its ingredients, in order, by each way in which it is named. */
  readonly names: readonly DrugName[];
  /** Such as `500 mg`; several for a combination, in order; undefined when no name says it. */
  readonly strength: string | undefined;
  /** Undefined when no name says it. */
  readonly form: string | undefined;
  readonly isExtended: boolean;
}

export interface DrugName {
  readonly text: string;
  /** Whether it had to be looked up: a brand, a short name, or a code without a name. */
  readonly isTranslated: boolean;
}

/** Reads what a medicine is called and coded as. */
export function readDrug(concept: CodeableConcept | undefined): Drug {
  const codes = codesOf(concept);
  const texts = textsOf(concept);
  const names = texts.flatMap((text) => nameOf(text) ?? []);
  const coded = codes.flatMap((code): DrugName[] => {
    const name = code.startsWith('rxnorm|') ? INGREDIENT_CODES[code.slice('rxnorm|'.length)] : undefined;
    return name ? [{ text: name, isTranslated: true }] : [];
  });
  return {
    codes,
    names: [...names, ...coded],
    strength: firstOf(texts, strengthOf),
    form: firstOf(texts, formOf),
    isExtended: texts.some((text) => EXTENDED.test(text)),
  };
}

const EXTENDED = /\b(er|xr|xl|sr|cr|la|extended[ -]release|sustained[ -]release|24 ?hr)\b/i;

function nameOf(text: string): DrugName | undefined {
  // RxNorm puts the brand behind in brackets: it names nothing more.
  const words = plain(text.replace(/\[[^\]]*\]/g, ' ').replace(EXTENDED, ' '))
    .split(' ')
    .filter((word) => /^\p{L}/u.test(word) && !DRUG_FILLERS.has(word) && !JOINERS.has(word));
  const translated = words.flatMap((word) => DRUG_NAMES[word]?.split(' ') ?? [word]).filter((word) => word !== 'acid');
  if (translated.length === 0) return undefined;
  const isTranslated = words.some((word) => DRUG_NAMES[word] !== undefined && DRUG_NAMES[word] !== word);
  return { text: [...new Set(translated)].sort().join(' '), isTranslated };
}

const JOINERS = new Set([
  'and',
  'with',
  'per',
  'for',
  'the',
  'of',
  'in',
  'by',
  'plus',
  'extended',
  'sustained',
  'er',
  'xr',
]);

const STRENGTH = /(\d[\d,]*(?:\.\d+)?)\s*(mg|mcg|ug|µg|g|meq|units?|iu|%)(?![a-z])/gi;

/** In milligrams where it is a mass, so that 0.5 g is 500 mg. */
function strengthOf(text: string): string | undefined {
  // Combinations are written `10-12.5 mg` and `10 MG / 12.5 MG`.
  const spread = text.replace(
    /(\d+(?:\.\d+)?)\s*[-/]\s*(?=\d+(?:\.\d+)?\s*(mg|mcg)\b)/gi,
    (_, value, unit) => `${value} ${unit} `,
  );
  const found = [...spread.matchAll(STRENGTH)].map(([, value = '', unit = '']) =>
    inMilligrams(value, unit.toLowerCase()),
  );
  return found.length > 0 ? found.sort().join(' + ') : undefined;
}

function inMilligrams(text: string, unit: string): string {
  const value = Number(text.replaceAll(',', ''));
  const factor = MASSES[unit];
  if (factor !== undefined) return `${Number((value * factor).toPrecision(6))} mg`;
  return `${value} ${unit.replace(/s$/, '').replace('iu', 'unit')}`;
}

const MASSES: Readonly<Record<string, number>> = { g: 1000, mg: 1, mcg: 0.001, ug: 0.001, µg: 0.001 };

const FORMS: readonly (readonly [string, RegExp])[] = [
  ['skin', /\b(cream|ointment|gel|lotion|topical)\b/i],
  ['patch', /\b(patch|transdermal)\b/i],
  ['eye', /\b(ophthalmic|eye)\b/i],
  ['ear', /\b(otic|ear drops)\b/i],
  ['nose', /\bnasal\b/i],
  ['lung', /\b(inhal\w*|hfa|nebul\w*|metered dose)\b/i],
  ['injection', /\b(inject\w*|subcutaneous|intravenous|intramuscular|pen|syringe|vial)\b/i],
  ['rectal', /\b(rectal|suppository)\b/i],
  ['mouth', /\b(oral|tablets?|tabs?|capsules?|caps?|chewable|syrup|elixir)\b/i],
];

function formOf(text: string): string | undefined {
  return FORMS.find(([, words]) => words.test(text))?.[0];
}

function firstOf<T>(texts: readonly string[], read: (text: string) => T | undefined): T | undefined {
  for (const text of texts) {
    const found = read(text);
    if (found !== undefined) return found;
  }
  return undefined;
}
