import { convertXmlToCcda } from '@medplum/ccda';
import { checkXml, type XmlFault } from './check-xml.ts';
import { readText } from './read-text.ts';
import { readZone } from './read-time.ts';
import { attribute, below, children, type XmlElement } from './xml-node.ts';

const HL7_V3 = 'urn:hl7-org:v3';

/** Why nothing of a file is converted. */
export type DocumentFault = XmlFault | 'wrong-encoding' | 'no-clinical-document';

export interface CcdaDocument {
  readonly root: XmlElement;
  /** Sections, those within others too. */
  readonly sections: readonly XmlElement[];
  /** `+hh:mm` in which its times are meant. */
  readonly zone: string | undefined;
}

/** Undefined: no C-CDA at all, and no concern of ours. */
export type ReadDocument = CcdaDocument | { readonly fault: DocumentFault } | undefined;

/** Reads an XML file that may be a C-CDA document, and may be anything. */
export function readDocument(bytes: Uint8Array): ReadDocument {
  const text = readText(bytes);
  if (text === undefined) return { fault: 'wrong-encoding' };
  const { root, fault } = checkXml(text);
  const [local = '', prefix = ''] = (root?.name ?? '').split(':').reverse();
  const isOfHl7 = root?.namespace === HL7_V3;
  if (!isOfHl7 && !(root ? local === 'ClinicalDocument' : looksClinical(text))) return undefined;
  if (fault) return { fault };
  if (!isOfHl7 || local !== 'ClinicalDocument') return { fault: 'no-clinical-document' };
  return parse(prefix ? withoutPrefix(text, prefix) : text);
}

/** By its beginning, when what stands before the root is refused already. */
function looksClinical(text: string): boolean {
  return text.slice(0, 100_000).includes('ClinicalDocument');
}

/** The parser knows elements by their names as written. */
function withoutPrefix(text: string, prefix: string): string {
  return text.replaceAll(`<${prefix}:`, '<').replaceAll(`</${prefix}:`, '</');
}

function parse(text: string): ReadDocument {
  let root: XmlElement;
  try {
    root = convertXmlToCcda(text) as unknown as XmlElement;
  } catch {
    // What the parser says quotes the document.
    return { fault: 'xml-not-well-formed' };
  }
  if (typeof root !== 'object') return { fault: 'no-clinical-document' };
  const zone = readZone(attribute(below(root, 'effectiveTime'), 'value'));
  return { root, sections: sectionsOf(below(root, 'component', 'structuredBody')), zone };
}

function sectionsOf(element: XmlElement | undefined): XmlElement[] {
  const own = children(element, 'component').flatMap((component) => children(component, 'section'));
  return own.flatMap((section) => [section, ...sectionsOf(section)]);
}
