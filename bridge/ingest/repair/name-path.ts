/** What an element of FHIR may be called; any other property name is the source's own text. */
const ELEMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

/** `parent.key[index]`, with an ellipsis for a key that could be text of the source. */
export function namePath(parent: string, key: string, index?: number): string {
  const name = ELEMENT_NAME.test(key) ? key : '…';
  return index === undefined ? `${parent}.${name}` : `${parent}.${name}[${index}]`;
}
