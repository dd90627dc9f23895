/**
 * The search that finds a resource by one of its identifiers, as a query string: for `?query` and for If-None-Exist.
 *
 * @param system - The identifier's system.
 * @param value - Its value: any text. Medplum splits at `,` `|` and `$` unless a backslash precedes them.
 */
export function byIdentifier(system: string, value: string): string {
  const escaped = value.replace(/[\\,|$]/g, '\\$&');
  return new URLSearchParams({ identifier: `${system}|${escaped}` }).toString();
}
