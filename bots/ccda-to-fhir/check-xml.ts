/** Why a text is not given to the XML parser. */
export type XmlFault =
  | 'xml-too-large'
  | 'xml-not-well-formed'
  | 'xml-doctype'
  | 'xml-entity'
  | 'xml-too-deep'
  | 'xml-too-many-elements'
  | 'xml-too-many-attributes'
  | 'xml-attribute-too-long'
  | 'xml-reserved-name';

/** What stands first in a document: its name as written, and the namespace of that name. */
export interface XmlRoot {
  readonly name: string;
  readonly namespace: string | undefined;
}

export interface XmlCheck {
  /** Also of a document with a fault, if it lies behind the root. */
  readonly root?: XmlRoot;
  readonly fault?: XmlFault;
}

/** The largest of the public samples has 250 kB, 3,100 elements and 17 levels; a document at the limits takes two seconds. */
export const XML_LIMITS = {
  characters: 3_000_000,
  elements: 50_000,
  depth: 64,
  attributesPerElement: 40,
  attributeLength: 10_000,
} as const;

/** Names that are something else on a JavaScript object, which is what the parser makes of an element. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString', 'valueOf']);

const NAME = /[\p{L}_:][\p{L}\p{N}_:.\u00b7-]*/uy;
const ATTRIBUTE = /\s+([\p{L}_:][\p{L}\p{N}_:.\u00b7-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/uy;
const END_OF_START = /\s*(\/?)>/y;
const END_OF_END = /\s*>/y;
const REFERENCE = /&(?:(?:amp|lt|gt|quot|apos);|#(\d{1,7});|#x([\da-fA-F]{1,6});|)/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids just these
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f]/;

/**
 * Looks through XML once, from left to right, before a parser sees it: bots run inside Medplum's server, where a document
 * that blows up takes the server along. No document type, so no entities but XML's own five; bounded in size, depth,
 * elements and attributes; every tag closed. C-CDA needs nothing of what is refused.
 */
export function checkXml(text: string): XmlCheck {
  if (text.length > XML_LIMITS.characters) return { fault: 'xml-too-large' };
  if (CONTROL.test(text)) return { fault: 'xml-not-well-formed' };
  return new Scan(text).run();
}

class Scan {
  readonly #text: string;
  readonly #open: string[] = [];
  #at = 0;
  #elements = 0;
  #root: XmlRoot | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  run(): XmlCheck {
    const fault = this.#findFault();
    return { ...(this.#root && { root: this.#root }), ...(fault && { fault }) };
  }

  #findFault(): XmlFault | undefined {
    while (this.#at < this.#text.length) {
      const fault = this.#readText() ?? this.#readMarkup();
      if (fault) return fault;
    }
    return this.#root && this.#open.length === 0 ? undefined : 'xml-not-well-formed';
  }

  /** Up to the next tag. */
  #readText(): XmlFault | undefined {
    const next = this.#text.indexOf('<', this.#at);
    const end = next < 0 ? this.#text.length : next;
    const text = this.#text.slice(this.#at, end);
    this.#at = end;
    if (this.#open.length === 0 && /[^\s\ufeff]/.test(text)) return 'xml-not-well-formed';
    return findForeignEntity(text);
  }

  #readMarkup(): XmlFault | undefined {
    if (this.#at >= this.#text.length) return undefined;
    if (this.#startsWith('<!--')) return this.#skipPast('-->', 4);
    if (this.#startsWith('<?')) return this.#skipPast('?>', 2);
    if (this.#startsWith('<![CDATA[') && this.#open.length > 0) return this.#skipPast(']]>', 9);
    if (this.#startsWith('<!')) return 'xml-doctype';
    return this.#startsWith('</') ? this.#readEndTag() : this.#readStartTag();
  }

  #readEndTag(): XmlFault | undefined {
    const [name] = this.#take(NAME, 2) ?? [];
    const isClosed = name !== undefined && name === this.#open.pop() && this.#take(END_OF_END);
    return isClosed ? undefined : 'xml-not-well-formed';
  }

  #readStartTag(): XmlFault | undefined {
    const [name] = this.#take(NAME, 1) ?? [];
    if (name === undefined || (this.#open.length === 0 && this.#root)) return 'xml-not-well-formed';
    if (RESERVED.has(name)) return 'xml-reserved-name';
    if (++this.#elements > XML_LIMITS.elements) return 'xml-too-many-elements';
    const attributes = new Map<string, string>();
    const fault = this.#readAttributes(attributes);
    if (fault) return fault;
    this.#root ??= { name, namespace: namespaceOf(name, attributes) };
    const end = this.#take(END_OF_START);
    if (!end) return 'xml-not-well-formed';
    if (end[1] === '/') return undefined;
    this.#open.push(name);
    return this.#open.length > XML_LIMITS.depth ? 'xml-too-deep' : undefined;
  }

  #readAttributes(attributes: Map<string, string>): XmlFault | undefined {
    for (let match = this.#take(ATTRIBUTE); match; match = this.#take(ATTRIBUTE)) {
      const [, name = '', double, single = ''] = match;
      const value = double ?? single;
      if (RESERVED.has(name)) return 'xml-reserved-name';
      if (attributes.has(name)) return 'xml-not-well-formed';
      if (value.length > XML_LIMITS.attributeLength) return 'xml-attribute-too-long';
      attributes.set(name, value);
      if (attributes.size > XML_LIMITS.attributesPerElement) return 'xml-too-many-attributes';
      const fault = findForeignEntity(value);
      if (fault) return fault;
    }
    return undefined;
  }

  #startsWith(mark: string): boolean {
    return this.#text.startsWith(mark, this.#at);
  }

  #skipPast(mark: string, from: number): XmlFault | undefined {
    const end = this.#text.indexOf(mark, this.#at + from);
    if (end < 0) return 'xml-not-well-formed';
    this.#at = end + mark.length;
    return undefined;
  }

  /** Matches just here (the patterns are sticky, so that nothing is looked at twice) and goes behind it. */
  #take(pattern: RegExp, skipped = 0): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at + skipped;
    const match = pattern.exec(this.#text);
    if (!match) return undefined;
    this.#at = pattern.lastIndex;
    return match;
  }
}

function findForeignEntity(text: string): XmlFault | undefined {
  for (const [whole, decimal, hex] of text.matchAll(REFERENCE)) {
    if (whole === '&') return 'xml-entity';
    const sign = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
    if (sign === undefined) continue;
    if (sign > 0x10ffff || (sign >= 0xd800 && sign < 0xe000)) return 'xml-not-well-formed';
    if (CONTROL.test(String.fromCodePoint(sign))) return 'xml-not-well-formed';
  }
  return undefined;
}

function namespaceOf(name: string, attributes: ReadonlyMap<string, string>): string | undefined {
  const [prefix, local] = name.split(':');
  return attributes.get(local === undefined ? 'xmlns' : `xmlns:${prefix}`);
}
