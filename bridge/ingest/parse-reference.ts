/** What the text of a `Reference.reference` says, in the forms that real exports use (R4 references.html#literal). */
export type ParsedReference =
  | { readonly kind: 'literal'; readonly resourceType: string; readonly id: string }
  | { readonly kind: 'urn'; readonly urn: string }
  | { readonly kind: 'contained' }
  | { readonly kind: 'conditional'; readonly resourceType: string; readonly query: string }
  | { readonly kind: 'other' };

/** The id may hold `/`: synthesised Binary ids are base64 of a URL. */
const RELATIVE = /^([A-Z][A-Za-z]{1,63})\/(.+?)(?:\/_history\/[^/]*)?$/s;
const ABSOLUTE = /^https?:\/\/.*?\/([A-Z][A-Za-z]{1,63})\/([^/?#]+)(?:\/_history\/[^/]*)?$/s;
const CONDITIONAL = /^([A-Z][A-Za-z]{1,63})\?(.+)$/s;

/** Reads the text of a reference. Never throws: what is no reference at all is `other`. */
export function parseReference(text: string): ParsedReference {
  if (text.startsWith('#')) return { kind: 'contained' };
  if (text.startsWith('urn:')) return { kind: 'urn', urn: text };
  const conditional = CONDITIONAL.exec(text);
  if (conditional?.[1] && conditional[2]) {
    return { kind: 'conditional', resourceType: conditional[1], query: conditional[2] };
  }
  // What begins at the server's root (`/fhir/Patient/1`) is an address that leaves out the server.
  const literal = RELATIVE.exec(text) ?? ABSOLUTE.exec(text.startsWith('/') ? `https://${text}` : text);
  if (literal?.[1] && literal[2]) return { kind: 'literal', resourceType: literal[1], id: literal[2] };
  return { kind: 'other' };
}

/** One token, `system|value`, in which `\` lets a sign of search stand for itself (R4 search.html#escaping). */
const TOKEN = /^(?:((?:[^\\|,]|\\.)*)\|)?((?:[^\\|,]|\\.)+)$/s;
/** No identifier is longer; the expression would use up the stack on a text of megabytes. */
const MAX_TOKEN_LENGTH = 4000;

/**
 * What a conditional reference (`Practitioner?identifier=system|value`) asks for, when it asks for one identifier:
 * the same thing said as an identifier-only reference. Undefined for every other search.
 */
export function identifierOfQuery(query: string): { system?: string; value: string } | undefined {
  const parameters = new URLSearchParams(query);
  const text = parameters.get('identifier') ?? '';
  const token = text.length <= MAX_TOKEN_LENGTH ? TOKEN.exec(text) : undefined;
  if (!token || parameters.size !== 1) return undefined;
  const [system = '', value = ''] = token.slice(1).map((part = '') => part.replace(/\\(.)/gs, '$1'));
  return system ? { system, value } : { value };
}
