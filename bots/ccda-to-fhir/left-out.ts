import type { DocumentFault } from './read-document.ts';

/** Why something that a section says has become no resource. */
export const LEFT_OUT = {
  'not-supported': 'of a kind that is not converted',
  planned: 'planned or asked for, not done',
  'no-code': 'without a code or name of what it is about',
  'says-none': 'saying that there is none',
  failed: 'could not be converted',
  refused: 'refused by the server',
  'too-many': 'more than one document may bring',
} as const;

export type LeftOutReason = keyof typeof LEFT_OUT;

/** Those that a person has to make up for by reading the document. */
export const NEEDS_READING: readonly LeftOutReason[] = ['failed', 'refused', 'too-many'];

/** Something of a section that is not there as a resource. */
export interface LeftOut {
  /** LOINC code of the section. */
  readonly section: string;
  readonly reason: LeftOutReason;
}

/** Why nothing of a document is converted. */
export const DOCUMENT_FAULTS: Readonly<Record<DocumentFault | OtherFault, string>> = {
  'wrong-encoding': 'its characters cannot be read',
  'no-clinical-document': 'it is no whole C-CDA document',
  'xml-too-large': 'it is larger than a document may be here',
  'xml-not-well-formed': 'it is damaged, or no XML',
  'xml-doctype': 'it declares a document type, which C-CDA never does',
  'xml-entity': 'it uses entities, which C-CDA never does',
  'xml-too-deep': 'it is nested deeper than any C-CDA',
  'xml-too-many-elements': 'it has more elements than a document may have here',
  'xml-too-many-attributes': 'an element has more attributes than any of C-CDA',
  'xml-attribute-too-long': 'an attribute is longer than any of C-CDA',
  'xml-reserved-name': 'it uses names that no C-CDA has',
  'no-patient': 'it is not bound to a patient',
  'nobody-named': 'it does not say whose it is',
  'other-person': 'it names another person than the chart: compare name, birth date and sex',
};

type OtherFault = 'no-patient' | 'nobody-named' | 'other-person';

export type ConversionFault = keyof typeof DOCUMENT_FAULTS;
