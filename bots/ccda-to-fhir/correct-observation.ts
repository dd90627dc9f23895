import type { CodeableConcept, Observation } from '@medplum/fhirtypes';
import type { Statement } from './find-statements.ts';
import type { LeftOutReason } from './left-out.ts';
import { readCode, readNumber, readQuantity } from './read-code.ts';
import { readDateTime, readTimes } from './read-time.ts';
import { attribute, below, child, children, textOf, type XmlElement } from './xml-node.ts';

const STATUSES: Readonly<Record<string, Observation['status']>> = {
  completed: 'final',
  active: 'preliminary',
  held: 'registered',
  aborted: 'cancelled',
  cancelled: 'cancelled',
  nullified: 'entered-in-error',
};

type Value = Pick<
  Observation,
  | 'valueBoolean'
  | 'valueCodeableConcept'
  | 'valueDateTime'
  | 'valueInteger'
  | 'valueQuantity'
  | 'valueRange'
  | 'valueString'
>;

/** The library knows five types of values, takes everything for final, and drops spans of time and interpretations. */
export function correctObservation(
  observation: Observation,
  { node, tag }: Statement,
  zone: string | undefined,
): Observation | LeftOutReason {
  if (attribute(node, 'negationInd') === 'true') return 'says-none';
  const code = readCode(child(node, 'code'));
  if (!code) return 'no-code';
  const { resourceType, category, subject, performer } = observation;
  const interpretation = children(node, 'interpretationCode').flatMap((each) => readCode(each) ?? []);
  const ranges = children(node, 'referenceRange').flatMap((each) => readRange(child(each, 'observationRange')));
  return {
    resourceType,
    status: STATUSES[attribute(child(node, 'statusCode'), 'code') ?? 'completed'] ?? 'unknown',
    ...(category && { category: category.map(withoutTemplateName) }),
    code,
    ...(subject && { subject }),
    ...effective(node, zone),
    ...(performer && { performer }),
    ...(tag === 'observation' && readValue(child(node, 'value'), zone)),
    ...(interpretation.length > 0 && { interpretation: distinct(interpretation) }),
    ...(ranges.length > 0 && { referenceRange: ranges }),
  };
}

/** The library calls a category by the name of the template that it came from. */
function withoutTemplateName({ coding = [] }: CodeableConcept): CodeableConcept {
  return { coding: coding.map(({ display: _, ...rest }) => rest) };
}

function effective(
  node: XmlElement,
  zone: string | undefined,
): Pick<Observation, 'effectiveDateTime' | 'effectivePeriod'> {
  const { at, start, end } = readTimes(child(node, 'effectiveTime'), zone);
  if (at) return { effectiveDateTime: at };
  if (start && start === end) return { effectiveDateTime: start };
  return start || end ? { effectivePeriod: { ...(start && { start }), ...(end && { end }) } } : {};
}

function readValue(value: XmlElement | undefined, zone: string | undefined): Value {
  const said = attribute(value, 'value');
  switch (attribute(value, 'xsi:type')) {
    case 'PQ':
    case 'REAL':
    case 'MO':
      return { valueQuantity: readQuantity(value) as never };
    case 'CD':
    case 'CE':
    case 'CV':
    case 'CS':
    case 'CO':
      return { valueCodeableConcept: readCode(value) as never };
    case 'INT':
      return { valueInteger: readNumber(said) as never };
    case 'BL':
      return said === 'true' || said === 'false' ? { valueBoolean: said === 'true' } : {};
    case 'TS':
      return { valueDateTime: readDateTime(said, zone) as never };
    case 'IVL_PQ':
      return readInterval(value);
    case 'ST':
    case 'ED':
      return { valueString: textOf(value) };
    default:
      return {};
  }
}

/** One end only is a bound: `< 5`. */
function readInterval(value: XmlElement | undefined): Value {
  const [low, high] = [child(value, 'low'), child(value, 'high')];
  const [least, most] = [readQuantity(low), readQuantity(high)];
  if (least && most) return { valueRange: { low: least, high: most } };
  if (least) return { valueQuantity: { ...least, comparator: attribute(low, 'inclusive') === 'false' ? '>' : '>=' } };
  if (most) return { valueQuantity: { ...most, comparator: attribute(high, 'inclusive') === 'false' ? '<' : '<=' } };
  return { valueQuantity: readQuantity(value) as never };
}

function readRange(range: XmlElement | undefined): NonNullable<Observation['referenceRange']> {
  const low = readQuantity(below(range, 'value', 'low'));
  const high = readQuantity(below(range, 'value', 'high'));
  const text = textOf(child(range, 'text'));
  if (!low && !high && text === '') return [];
  return [{ ...(low && { low }), ...(high && { high }), ...(text !== '' && { text }) }];
}

function distinct(concepts: readonly CodeableConcept[]): CodeableConcept[] {
  return [...new Map(concepts.map((each) => [JSON.stringify(each), each])).values()];
}
