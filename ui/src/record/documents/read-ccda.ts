/** One section of a C-CDA document; sections can hold sections. */
export interface CcdaSection {
  /** Its number in the document, such as `2.1`. */
  readonly number: string;
  readonly title: string;
  /** The narrative block, as it stands in the document. */
  readonly narrative: Element | undefined;
  readonly sections: readonly CcdaSection[];
}

export interface CcdaDocument {
  readonly title: string;
  /** HL7 v3 timestamp as it stands, such as `20200131`. */
  readonly time: string | undefined;
  readonly patient: string;
  readonly author: string;
  readonly sections: readonly CcdaSection[];
  /** For a document that is a file wrapped in XML: the file. */
  readonly body: { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string | undefined } | undefined;
}

/**
 * Reads a C-CDA document (CDA R2) as a person does: its head and the narrative of its sections, which is what its author
 * signed; the coded entries say the same for machines.
 *
 * @returns Undefined when the text is no XML or no ClinicalDocument.
 */
export function readCcda(xml: string): CcdaDocument | undefined {
  const root = new DOMParser().parseFromString(xml, 'application/xml').documentElement;
  if (root.localName !== 'ClinicalDocument') return undefined;
  const author = path(root, 'author', 'assignedAuthor');
  const organization = textOf(path(author, 'representedOrganization', 'name'));
  return {
    title: textOf(child(root, 'title')) || 'Clinical document',
    time: child(root, 'effectiveTime')?.getAttribute('value') ?? undefined,
    patient: textOf(path(root, 'recordTarget', 'patientRole', 'patient', 'name')),
    author: [textOf(path(author, 'assignedPerson', 'name')), organization].filter(Boolean).join(', '),
    sections: sectionsOf(path(root, 'component', 'structuredBody')),
    body: wrappedFile(path(root, 'component', 'nonXMLBody', 'text')),
  };
}

function sectionsOf(parent: Element | undefined, above = ''): CcdaSection[] {
  const sections = children(parent, 'component').flatMap((component) => children(component, 'section'));
  return sections.map((section, index) => ({
    number: `${above}${index + 1}`,
    title: textOf(child(section, 'title')),
    narrative: child(section, 'text'),
    sections: sectionsOf(section, `${above}${index + 1}.`),
  }));
}

function wrappedFile(text: Element | undefined): CcdaDocument['body'] {
  if (!text) return undefined;
  const type = text.getAttribute('mediaType') ?? undefined;
  const content = text.textContent ?? '';
  if (text.getAttribute('representation') !== 'B64') return { bytes: new TextEncoder().encode(content), type };
  try {
    return { bytes: Uint8Array.from(atob(content.replace(/\s+/g, '')), (char) => char.charCodeAt(0)), type };
  } catch {
    return undefined;
  }
}

function children(parent: Element | undefined, name: string): Element[] {
  return [...(parent?.children ?? [])].filter(({ localName }) => localName === name);
}

function child(parent: Element | undefined, name: string): Element | undefined {
  return children(parent, name)[0];
}

function path(from: Element | undefined, ...names: string[]): Element | undefined {
  return names.reduce((element: Element | undefined, name) => child(element, name), from);
}

/** Names come in parts, each in an element of its own, with remarks to the reader of the XML between them. */
function textOf(element: Element | undefined): string {
  const nodes = [...(element?.childNodes ?? [])].filter(({ nodeType }) => nodeType !== Node.COMMENT_NODE);
  const parts = nodes.map(({ textContent }) => textContent?.trim() ?? '');
  return parts.filter(Boolean).join(' ');
}
