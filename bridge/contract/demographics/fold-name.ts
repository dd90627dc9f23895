/** Signs of windows-1252 that are no sign of Latin-1, by the byte that they stand for. */
const WINDOWS_1252 = new Map(
  [...'€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'].map((sign, n) => {
    const bytes = [0x80, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8e];
    const more = [0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0x9b, 0x9c, 0x9e, 0x9f];
    return [sign, [...bytes, ...more][n] ?? 0];
  }),
);

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text went through a wrong character set twice at most in what was seen. */
const MAX_REPAIRS = 3;

/** Letters that Unicode does not take apart into a base letter and a mark. */
const LETTERS: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ð: 'd', æ: 'ae', œ: 'oe', þ: 'th' };

/** No name is longer; a line of an export can be. */
const MAX_NAME_LENGTH = 500;

/**
 * The words of a name as they are compared: without case, accents, punctuation, and with UTF-8 that was read as
 * windows-1252 (`GutiÃ©rrez`) put right. An apostrophe joins (`O'Brien` is one word), every other sign divides.
 */
export function foldName(text: string): string[] {
  const folded = repairMojibake(text.slice(0, MAX_NAME_LENGTH))
    .normalize('NFKD')
    // Upwards first: ß and the ligatures fall apart on that way only.
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}'’‘`´ʼ]/gu, '')
    .replace(/[øłđðæœþ]/g, (letter) => LETTERS[letter] ?? letter);
  return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Text whose bytes, taken as windows-1252, are UTF-8 again; any other text as it is. */
export function repairMojibake(text: string): string {
  let repaired = text;
  for (let repairs = 0; repairs < MAX_REPAIRS && /[\u0080-\u00ff]/.test(repaired); repairs++) {
    const next = readAsUtf8(repaired);
    if (next === undefined) break;
    repaired = next;
  }
  return repaired;
}

function readAsUtf8(text: string): string | undefined {
  const bytes: number[] = [];
  for (const sign of text) {
    const byte = WINDOWS_1252.get(sign) ?? sign.codePointAt(0) ?? 0;
    if (byte > 0xff) return undefined;
    bytes.push(byte);
  }
  try {
    return utf8.decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
