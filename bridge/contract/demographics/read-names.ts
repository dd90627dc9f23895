import { foldName } from './fold-name.ts';

/** One way of calling a person: words as {@link foldName} gives them. An empty list is a part that nobody said. */
export interface PersonName {
  readonly family: readonly string[];
  readonly given: readonly string[];
}

/** Titles and generations, wherever they stand; credentials that are also names (`Do`, `Ma`) are not among them. */
const TITLES = new Set(
  'dr mr mrs ms miss mx prof professor rev sir sra jr junior sr senior ii iii iv md phd dds esq'.split(' '),
);

/** A Patient has a handful; the bound is for hostile ones. */
const MAX_NAMES = 20;
const MAX_WORDS = 12;

/**
 * Every way of calling this person. An entry that says one part only, as nicknames and maiden names do, takes the other
 * part from the other entries. `names` is `Patient.name` as a source wrote it: anything.
 */
export function readNames(names: unknown): PersonName[] {
  const entries = list(names)
    .slice(0, MAX_NAMES)
    .map(readName)
    .filter(({ family, given }) => family.length + given.length > 0);
  return entries.flatMap((entry) => {
    const families = entry.family.length > 0 ? [entry.family] : said(entries.map(({ family }) => family));
    const givens = entry.given.length > 0 ? [entry.given] : said(entries.map(({ given }) => given));
    return families.flatMap((family) => givens.map((given) => ({ family, given })));
  });
}

function said(parts: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const some = parts.filter((part) => part.length > 0);
  return some.length > 0 ? some : [[]];
}

function readName(name: unknown): PersonName {
  if (typeof name === 'string') return readText(name);
  if (typeof name !== 'object' || name === null) return { family: [], given: [] };
  const { family, given, text } = name as { family?: unknown; given?: unknown; text?: unknown };
  const parts = { family: words(family), given: words(given) };
  return parts.family.length + parts.given.length === 0 && typeof text === 'string' ? readText(text) : parts;
}

/** `Family, Given` or `Given Family`; where a family name of several words begins is not known, and need not be. */
function readText(text: string): PersonName {
  const [before = [], ...after] = text.split(',').map((part) => words(part));
  const rest = after.flat().filter((word) => !TITLES.has(word));
  if (rest.length > 0) return { family: before, given: rest };
  return { family: before.slice(-1), given: before.slice(0, -1) };
}

function words(value: unknown): string[] {
  const all = list(value).flatMap((text) => (typeof text === 'string' ? foldName(text) : []));
  const names = all.filter((word) => !TITLES.has(word));
  return (names.length > 0 ? names : all).slice(0, MAX_WORDS);
}

/** A single value where a list belongs is a list of one. */
function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}
