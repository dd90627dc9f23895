import type { Condition } from '@medplum/fhirtypes';
import type { Statement } from './find-statements.ts';
import type { LeftOutReason } from './left-out.ts';
import { clinicalStatus } from './read-status.ts';
import { readDateTime, readTimes } from './read-time.ts';
import { attribute, below, child, type XmlElement } from './xml-node.ts';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/condition-category';

/** `Problem`: with a negation, "no known problems". */
const ANY_PROBLEM = '55607006';

/**
 * The library takes the status from the concern, never looks at a negation, knows days only and calls everything
 * confirmed.
 */
export function correctProblem(
  condition: Condition,
  { node, isDiagnosis }: Statement,
  zone: string | undefined,
): Condition | LeftOutReason {
  const observation = below(node, 'entryRelationship', 'observation') ?? {};
  const isNegated = attribute(observation, 'negationInd') === 'true';
  if (isNegated && [undefined, ANY_PROBLEM].includes(attribute(child(observation, 'value'), 'code')))
    return 'says-none';
  if (!condition.code) return 'no-code';
  const { verificationStatus: _, onsetDateTime: __, abatementDateTime: ___, recordedDate: ____, ...rest } = condition;
  const { at, start = at, end } = readTimes(child(observation, 'effectiveTime'), zone);
  const status = isNegated ? undefined : clinicalStatus(node, observation);
  const recorded = readDateTime(authoredAt(observation) ?? authoredAt(node), zone);
  return {
    ...rest,
    clinicalStatus: status ? { coding: [{ system: CLINICAL, code: status }] } : (undefined as never),
    ...(isNegated && { verificationStatus: { coding: [{ system: VERIFICATION, code: 'refuted' }] } }),
    category: [{ coding: [{ system: CATEGORY, code: isDiagnosis ? 'encounter-diagnosis' : 'problem-list-item' }] }],
    ...(start && { onsetDateTime: start }),
    ...(end && !isNegated && { abatementDateTime: end }),
    ...(recorded && { recordedDate: recorded }),
  };
}

/** When the first author wrote something down. */
export function authoredAt(element: XmlElement): string | undefined {
  return attribute(below(element, 'author', 'time'), 'value');
}
