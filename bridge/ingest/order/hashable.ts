/**
 * A text as what its hash is taken over: UTF-8, or UTF-16 where half a character stands alone. UTF-8 makes one sign of all
 * of those, and keys that differ in them only would be one key.
 */
export function hashable(text: string): string | Buffer {
  return text.isWellFormed() ? text : Buffer.from(text, 'utf16le');
}
