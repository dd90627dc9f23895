/** What a record says of left and right. */
export type Side = 'left' | 'right' | 'both';

/** Lower case, without accents and punctuation; points stay inside numbers. */
export function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/(?<!\d)\.|\.(?!\d)/g, ' ')
    .replace(/[^\p{L}\p{N}.%]+/gu, ' ')
    .trim();
}

/** Its words in an order that does not depend on how a source puts them, without those that say nothing. */
export function wordsOf(text: string, without: ReadonlySet<string> = new Set()): string {
  const words = plain(text)
    .split(' ')
    .filter((word) => word !== '' && !FILLERS.has(word) && !without.has(word));
  return [...new Set(words)].sort().join(' ');
}

/** The longest word of a text as it stands there: what `:text` searches for, since it finds any part of a name. */
export function longestWord(text: string): string | undefined {
  const words = text.match(/\p{L}{3,}/gu) ?? [];
  return words.toSorted((a, b) => b.length - a.length)[0];
}

/** By words and by the modifiers of CPT. Undefined when nothing is said. */
export function sideOf(texts: readonly string[]): Side | undefined {
  const words = new Set(texts.flatMap((text) => plain(text).split(' ')));
  const says = (side: readonly string[]): boolean => side.some((word) => words.has(word));
  if (says(['bilateral', 'both']) || (says(LEFT) && says(RIGHT))) return 'both';
  if (says(LEFT)) return 'left';
  return says(RIGHT) ? 'right' : undefined;
}

const LEFT = ['left', 'lt'];
const RIGHT = ['right', 'rt'];

const FILLERS = new Set([
  'a',
  'an',
  'and',
  'by',
  'for',
  'in',
  'nos',
  'of',
  'on',
  'or',
  'the',
  'to',
  'unspecified',
  'with',
]);
