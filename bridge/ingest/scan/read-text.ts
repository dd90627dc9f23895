import { type Place, streamBytes } from './read-bytes.ts';

/**
 * Short pieces die young: V8 puts texts over 128 KiB, and what is decoded from them, where only a collection of the whole
 * heap finds them, and a document of hundreds of megabytes left as much behind (measured).
 */
const PIECE_BYTES = 64 * 1024;

/**
 * The text of a JSON string that lies at `place` (without its quotes), unescaped, in pieces that cut no character in two.
 * Throws when its bytes are no UTF-8.
 */
export async function* streamText(place: Place): AsyncGenerator<string> {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let rest = '';
  for await (const bytes of streamBytes(place)) {
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const text = rest + utf8.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true });
      const whole = wholeLength(text);
      rest = text.slice(whole);
      if (whole > 0) yield unescaped(text.slice(0, whole));
    }
  }
  const last = rest + utf8.decode();
  if (last !== '') yield unescaped(last);
}

/** The whole text; undefined when it has more than `maxChars`. */
export async function readText(place: Place, maxChars: number): Promise<string | undefined> {
  let text = '';
  for await (const piece of streamText(place)) {
    text += piece;
    if (text.length > maxChars) return undefined;
  }
  return text;
}

function unescaped(text: string): string {
  return text.includes('\\') ? JSON.parse(`"${text}"`) : text;
}

/** An escape is at most twelve characters long: two halves of one character of six each. */
const LONGEST_ESCAPE = 12;

/** How much of the text can be unescaped before more of it is known. */
function wholeLength(text: string): number {
  for (let at = Math.max(0, text.length - LONGEST_ESCAPE); at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (text[at] === '\\' && startsEscape(text, at)) {
      const isUnicode = text[at + 1] === 'u';
      const isHalf = isUnicode && /^\\u[dD][89abAB]/.test(text.slice(at, at + 4));
      if (at + (isHalf ? 12 : isUnicode ? 6 : 2) > text.length) return at;
    }
    if (at === text.length - 1 && code >= 0xd800 && code < 0xdc00) return at;
  }
  return text.length;
}

/** A backslash behind an odd number of others is what those escape. */
function startsEscape(text: string, at: number): boolean {
  let before = 0;
  while (text[at - 1 - before] === '\\') before++;
  return before % 2 === 0;
}
