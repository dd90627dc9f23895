/** A value of a search, or a token of system and value: what divides values is escaped. */
export function escaped(...parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[\\,|$]/g, '\\$&')).join('|');
}
