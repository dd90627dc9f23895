/** An element as the parser of `@medplum/ccda` gives it: children by name, `@_` before attributes, text under `#text`. */
export interface XmlElement {
  readonly [name: string]: XmlNode | undefined;
}

/** Text stands for an element without attributes and children, a list for several of one name. */
export type XmlNode = string | XmlElement | readonly XmlNode[];

/** The children of a name, in order; an element of text only as one with `#text`. */
export function children(element: XmlElement | undefined, name: string): XmlElement[] {
  return list(element?.[name]).map((node) => (typeof node === 'string' ? { '#text': node } : node));
}

export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return children(element, name)[0];
}

/** By the names on the way; the first of each. */
export function below(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce(child, element);
}

export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  const value = element?.[`@_${name}`];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** All text of an element, without its markup; blanks collapsed. */
export function textOf(node: XmlNode | undefined): string {
  return collect(node).join(' ').replace(/\s+/g, ' ').trim();
}

function collect(node: XmlNode | undefined): string[] {
  if (node === undefined) return [];
  if (typeof node === 'string') return [node];
  if (isList(node)) return node.flatMap(collect);
  return Object.entries(node).flatMap(([name, value]) => (name.startsWith('@_') ? [] : collect(value)));
}

/** Lists within lists do not occur; `flat` keeps the type honest. */
function list(node: XmlNode | undefined): (string | XmlElement)[] {
  if (node === undefined) return [];
  return isList(node) ? node.flatMap(list) : [node];
}

export function isList(node: XmlNode): node is readonly XmlNode[] {
  return Array.isArray(node);
}
