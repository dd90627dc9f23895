/** Marks at the beginning of a file, and what UTF-16 without one looks like there: XML begins with `<`. */
const BEGINNINGS: readonly (readonly [bytes: readonly number[], encoding: string])[] = [
  [[0xef, 0xbb, 0xbf], 'utf-8'],
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
  [[0x3c, 0x00], 'utf-16le'],
  [[0x00, 0x3c], 'utf-16be'],
];

const DECLARED = /^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([\w.-]{1,40})["']/;

/** Of one byte a sign; what else is declared is read as UTF-8, or not at all. */
const SINGLE_BYTE = new Set(['iso-8859-1', 'iso8859-1', 'latin1', 'windows-1252', 'us-ascii', 'ascii']);

/**
 * The text of an XML file, by its byte order mark or what it declares. A file that declares UTF-16 and is none is read as
 * UTF-8: programs write that declaration into strings, and the strings to disk.
 *
 * @returns Undefined for bytes that are no text in that encoding.
 */
export function readText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function encodingOf(bytes: Uint8Array): string {
  const marked = BEGINNINGS.find(([beginning]) => beginning.every((byte, position) => bytes[position] === byte));
  if (marked) return marked[1];
  const [, declared = ''] = DECLARED.exec(String.fromCharCode(...bytes.subarray(0, 300))) ?? [];
  const encoding = declared.toLowerCase();
  if (SINGLE_BYTE.has(encoding)) return 'windows-1252';
  return ['', 'utf-8', 'utf8', 'utf-16', 'unicode'].includes(encoding) ? 'utf-8' : 'unknown';
}
