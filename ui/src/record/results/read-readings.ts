import { formatCodeableConcept, formatRange } from '@medplum/core';
import type {
  CodeableConcept,
  Coding,
  Observation,
  ObservationComponent,
  ObservationReferenceRange,
  Quantity,
} from '@medplum/fhirtypes';
import type { Fact } from '../find-facts.ts';
import { analyteOf } from './analytes.ts';
import { type Flag, flagOf } from './flag-value.ts';
import { type Half, halfOf, pressureOf } from './pressures.ts';
import { showQuantity, showUnit, showValue } from './show-units.ts';

/** One measured or found value, of an Observation or of one of its components. */
export interface Reading {
  /**
   * What was measured, so that the same from several sources comes together: system and code, else the name. Mass and moles
   * of one substance go by the code of its mass, both values of a blood pressure by the systolic one's.
   */
  readonly key: string;
  readonly name: string;
  /** Of a blood pressure, which of its two values. */
  readonly half: Half | undefined;
  /** To search by; absent when the source gave only a text. */
  readonly coding?: Coding | undefined;
  /** FHIR dateTime; absent when the source does not say when. */
  readonly at: string | undefined;
  /** Undefined for what is no number. */
  readonly value: number | undefined;
  /** As a person reads it, unit included. */
  readonly text: string;
  /** UCUM code or, without one, the unit as it was written; empty for none. */
  readonly unit: string;
  /** As it is shown. */
  readonly unitText: string;
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** The reference range as a person reads it; empty for none. */
  readonly range: string;
  readonly flag: Flag | undefined;
  readonly fact: Fact & Observation;
}

const LOINC = 'http://loinc.org';

/**
 * What an Observation found: its own value, or one reading for each component that has one (a blood pressure has two, see
 * pair-readings.ts).
 * A panel that only names its members gives none: they are Observations of their own. One that has no value at all is told
 * by its notes, so that nothing of a record is out of sight.
 */
export function readReadings(fact: Fact & Observation): Reading[] {
  const readings = [fact, ...(fact.component ?? [])].flatMap((part) => {
    const { component: _, ...alone } = part as Observation;
    const text = valueText(alone);
    return text === '' ? [] : [readPart(part, fact, text)];
  });
  if (readings.length > 0 || fact.hasMember) return readings;
  const notes = fact.note?.map(({ text }) => text).join(' ');
  return [readPart(fact, fact, notes || 'no value sent')];
}

function readPart(part: Observation | ObservationComponent, fact: Fact & Observation, text: string): Reading {
  const { valueQuantity, code } = part;
  const [range] = part.referenceRange ?? [];
  const coding = code.coding?.find(({ system }) => system === LOINC) ?? code.coding?.find((one) => one.code);
  const [analyte, pressure] = [analyteOf(coding), pressureOf(coding)];
  const said = formatCodeableConcept(code) || coding?.code || 'Without a name';
  // Its values come together whatever they were counted by.
  const name = pressure?.name ?? (analyte ? said.replace(/ \[(mass|moles)\/volume\]/i, '') : said);
  const [low, high] = [inUnit(range?.low, valueQuantity), inUnit(range?.high, valueQuantity)];
  return {
    key: coding?.code
      ? `${coding.system ?? ''}|${analyte?.mass ?? pressure?.systolic ?? coding.code}`
      : name.toLowerCase(),
    name,
    half: halfOf(coding),
    coding,
    at: fact.effectiveDateTime ?? fact.effectivePeriod?.start ?? fact.effectiveInstant ?? fact.issued,
    value: valueQuantity?.comparator ? undefined : valueQuantity?.value,
    text,
    unit: valueQuantity?.code ?? valueQuantity?.unit ?? '',
    unitText: showUnit(valueQuantity?.unit ?? valueQuantity?.code ?? ''),
    low,
    high,
    range: range ? textOfRange(range) : '',
    flag: flagOf(part.interpretation, valueQuantity, { low, high }),
    fact,
  };
}

function textOfRange({ text, low, high }: ObservationReferenceRange): string {
  const limits = { ...(low && { low: showQuantity(low) }), ...(high && { high: showQuantity(high) }) };
  return text ?? formatRange(limits).replace('<=', '≤').replace('>=', '≥');
}

function valueText(part: Observation): string {
  const { valueInteger, valueBoolean, valueDateTime, valueTime, valueRange, valueRatio, dataAbsentReason } = part;
  const shown = showValue(part);
  if (shown) return shown;
  if (valueInteger !== undefined) return `${valueInteger}`;
  if (valueBoolean !== undefined) return valueBoolean ? 'yes' : 'no';
  if (valueRange) return formatRange(valueRange);
  if (valueRatio) return `${valueRatio.numerator?.value ?? '?'} : ${valueRatio.denominator?.value ?? '?'}`;
  return valueDateTime ?? valueTime ?? absent(dataAbsentReason);
}

function absent(reason: CodeableConcept | undefined): string {
  return reason
    ? `not measured (${formatCodeableConcept(reason) || reason.coding?.[0]?.code || 'no reason given'})`
    : '';
}

/** A limit counts only in the unit of the value; limits often leave the unit out. */
function inUnit(limit: Quantity | undefined, value: Quantity | undefined): number | undefined {
  const isSame = !limit?.code || !value?.code ? !limit?.unit || limit.unit === value?.unit : limit.code === value.code;
  return isSame ? limit?.value : undefined;
}
