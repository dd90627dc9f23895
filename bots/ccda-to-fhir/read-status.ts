import { attribute, below, child, children, type XmlElement } from './xml-node.ts';

/** SNOMED CT codes of a Problem Status or Allergy Status Observation. */
const STATUSES: Readonly<Record<string, string>> = {
  '55561003': 'active',
  '73425007': 'inactive',
  '413322009': 'resolved',
};

const STATUS_OBSERVATION = '33999-4';

/**
 * Whether a problem or an allergy goes on, as HL7's C-CDA on FHIR reads it: by its own status, by its end, and only then by
 * the concern around it, which tells whether somebody still follows it. What has ended is not active (FHIR's con-4),
 * though some documents say both.
 *
 * @returns Undefined when the document does not say.
 */
export function clinicalStatus(concern: XmlElement, observation: XmlElement): string | undefined {
  const inner = children(observation, 'entryRelationship').flatMap((each) => children(each, 'observation'));
  const status = inner.find((each) => attribute(child(each, 'code'), 'code') === STATUS_OBSERVATION);
  const said = STATUSES[attribute(child(status, 'value'), 'code') ?? ''];
  // An end that is not known (`nullFlavor`) is an end.
  if (below(observation, 'effectiveTime', 'high')) return said === undefined || said === 'active' ? 'resolved' : said;
  if (said) return said;
  const followed = attribute(child(concern, 'statusCode'), 'code');
  if (followed === 'active') return 'active';
  return followed === undefined ? undefined : 'inactive';
}
