import type { PersonName } from './read-names.ts';

/** `agrees`, `unsaid` (a side says nothing, or initials only), `differs`. */
export type Agreement = 'agrees' | 'unsaid' | 'differs';

/** What two people's names have to do with each other. */
export interface NameAgreement {
  readonly family: Agreement;
  readonly given: Agreement;
}

/**
 * The best that any name of one person and any name of the other give together. Parts that agree only in different pairs
 * (mother and daughter, each with two names) do not add up to an agreement.
 */
export function compareNames(ones: readonly PersonName[], others: readonly PersonName[]): NameAgreement {
  const pairs = ones.flatMap((one) => others.flatMap((other) => [inOrder(one, other), inverted(one, other)]));
  if (pairs.length === 0) return { family: 'unsaid', given: 'unsaid' };
  const fitting = pairs.filter(({ family, given }) => family !== 'differs' && given !== 'differs');
  if (fitting.length > 0) {
    return { family: best(fitting.map(({ family }) => family)), given: best(fitting.map(({ given }) => given)) };
  }
  const family = best(pairs.map((pair) => pair.family));
  const given = best(pairs.map((pair) => pair.given));
  const isNowhere = family === 'differs' || given === 'differs';
  return isNowhere ? { family, given } : { family: 'differs', given: 'differs' };
}

function inOrder(one: PersonName, other: PersonName): NameAgreement {
  return { family: compareWords(one.family, other.family), given: compareGiven(one.given, other.given) };
}

/** Some systems, and some people, put the family name first. Taken as said only when both parts are found. */
function inverted(one: PersonName, other: PersonName): NameAgreement {
  const family = compareWords(one.family, other.given);
  const given = compareWords(one.given, other.family);
  return family === 'agrees' && given === 'agrees' ? { family, given } : { family: 'differs', given: 'differs' };
}

/** One side's words are all among the other's: `García` and `García López`, `Smith-Jones` and `Smith`. */
function compareWords(ones: readonly string[], others: readonly string[]): Agreement {
  if (ones.length === 0 || others.length === 0) return 'unsaid';
  const isAmong = (words: readonly string[], all: ReadonlySet<string>) => words.every((word) => all.has(word));
  return isAmong(ones, joined(others)) || isAmong(others, joined(ones)) ? 'agrees' : 'differs';
}

/** As family names, but an initial stands for every name that begins with it. Initials alone agree with too many people. */
function compareGiven(ones: readonly string[], others: readonly string[]): Agreement {
  if (ones.length === 0 || others.length === 0) return 'unsaid';
  if (compareWords(ones, others) === 'agrees') return 'agrees';
  const isAmong = (words: readonly string[], all: readonly string[]) =>
    words.every((word) => all.some((each) => isInitialOf(word, each) || joined(all).has(word)));
  if (!isAmong(ones, others) && !isAmong(others, ones)) return 'differs';
  const isShared = (words: readonly string[], all: ReadonlySet<string>) =>
    words.some((word) => !isInitial(word) && all.has(word));
  return isShared(ones, joined(others)) || isShared(others, joined(ones)) ? 'agrees' : 'unsaid';
}

function isInitialOf(one: string, other: string): boolean {
  return (isInitial(one) || isInitial(other)) && one[0] === other[0];
}

/** In a script without upper case, such as Chinese, one sign is a whole name. */
function isInitial(word: string): boolean {
  return word.length === 1 && word !== word.toUpperCase();
}

/** Every run of neighbouring words, written as one: `de la Cruz` holds `Delacruz`. */
function joined(words: readonly string[]): ReadonlySet<string> {
  const runs = words.flatMap((_, from) =>
    words.slice(from).map((_, length) => words.slice(from, from + length + 1).join('')),
  );
  return new Set(runs);
}

function best(agreements: readonly Agreement[]): Agreement {
  if (agreements.includes('agrees')) return 'agrees';
  return agreements.includes('unsaid') ? 'unsaid' : 'differs';
}
