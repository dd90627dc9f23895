/** How a document can be shown. */
export type DocumentKind = 'pdf' | 'image' | 'ccda' | 'html' | 'rtf' | 'text' | 'other';

/** Enough of a file to tell what it is. */
const HEAD_BYTES = 2_000;

/** What begins with these is this, whatever it is called. */
const IMAGES: readonly [string, string][] = [
  ['\x89PNG', 'image/png'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['GIF8', 'image/gif'],
];

/**
 * Tells what a document is by its first bytes, and only then by what its source calls it: sources send
 * `aapplication/xml`, `application/pdf; qs=0.001` and `application/octet-stream` for everything.
 *
 * @returns The kind, and the content type to give to the browser.
 */
export function recogniseDocument(bytes: Uint8Array, told: string | undefined): { kind: DocumentKind; type: string } {
  // One character a byte: what browsers call latin1 is Windows-1252.
  const head = String.fromCharCode(...bytes.subarray(0, HEAD_BYTES));
  const begins = head.replace(/^(\xef\xbb\xbf)?\s*/, '');
  const image = IMAGES.find(([magic]) => head.startsWith(magic));
  if (image) return { kind: 'image', type: image[1] };
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WEBP') return { kind: 'image', type: 'image/webp' };
  if (begins.startsWith('%PDF-')) return { kind: 'pdf', type: 'application/pdf' };
  if (begins.startsWith('{\\rtf')) return { kind: 'rtf', type: 'application/rtf' };
  if (/<(\w+:)?ClinicalDocument[\s>]/.test(begins)) return { kind: 'ccda', type: 'application/xml' };
  if (/^<!doctype html|^<html|^<\?xml[^>]*>\s*(<!doctype html|<html)/i.test(begins)) return html;
  return byName(told, head);
}

const html = { kind: 'html', type: 'text/html' } as const;
const text = { kind: 'text', type: 'text/plain' } as const;

function byName(told: string | undefined, head: string): { kind: DocumentKind; type: string } {
  const type = (told ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === 'text/html' || type === 'application/xhtml+xml') return html;
  return isText(head) ? text : { kind: 'other', type: type || 'application/octet-stream' };
}

/** Text has tabs and ends of lines, and no other control characters. */
function isText(head: string): boolean {
  return !Array.from(head, (char) => char.charCodeAt(0)).some((code) => code < 9 || (code > 13 && code < 32));
}
