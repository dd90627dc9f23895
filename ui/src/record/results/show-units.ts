import { formatObservationValue } from '@medplum/core';
import type { Observation, ObservationComponent, Quantity } from '@medplum/fhirtypes';
import { halfOfConcept, joinPressure } from './pressures.ts';

/** UCUM codes that nobody reads as what they are, as they stand where a source sent no other words. */
const SHOWN: Readonly<Record<string, string>> = {
  Cel: '°C',
  '[degF]': '°F',
  'mm[Hg]': 'mmHg',
  '[lb_av]': 'lb',
  '[oz_av]': 'oz',
  '[in_i]': 'in',
  '[ft_i]': 'ft',
};

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * A unit as people write it: `10*3/uL` is ×10³/µL, `Cel` °C, `kg/m2` kg/m². Only how it looks changes; what is no code of UCUM stays.
 */
export function showUnit(unit: string): string {
  return (
    SHOWN[unit] ??
    unit
      .replace(/\{([^}]*)\}/g, (_, note: string) => note.replaceAll('_', ' '))
      .replace(/\b10\*(\d+)/g, (_, power: string) => `×10${raise(power)}`)
      .replace(/\b([cdm]?m)([23])\b/g, (_, length: string, power: string) => `${length}${raise(power)}`)
      .replace(/\bu(?=(?:L|g|mol|m|kat|IU|U)\b|\[IU\])/g, 'µ')
      .replaceAll('[IU]', 'IU')
  );
}

function raise(digits: string): string {
  return [...digits].map((digit) => RAISED[Number(digit)]).join('');
}

/** A quantity to be read. Nobody measures to more than six digits: what has more was computed. */
export function showQuantity(quantity: Quantity): Quantity {
  const { value, unit, code } = quantity;
  const shown = unit ?? code;
  return {
    ...quantity,
    ...(shown !== undefined && { unit: showUnit(shown) }),
    ...(value !== undefined && { value: Number.isInteger(value) ? value : Number(value.toPrecision(6)) }),
  };
}

/** The value of an observation and of its components, in one line; empty for none. */
export function showValue(observation: Observation): string {
  const { component } = observation;
  return formatObservationValue({
    ...shown(observation),
    ...(component && { component: withPressureJoined(component.map(shown)) }),
  });
}

/** Both values of a blood pressure in the place of the systolic one. */
function withPressureJoined(components: ObservationComponent[]): ObservationComponent[] {
  const [systolic, diastolic] = (['Systolic', 'Diastolic'] as const).map((half) =>
    components.find(({ code }) => halfOfConcept(code) === half),
  );
  const [upper, lower] = [systolic, diastolic].map((part) => part && formatObservationValue(part));
  if (!systolic || !upper || !lower) return components;
  const both = { code: systolic.code, valueString: joinPressure(upper, lower) };
  return components.filter((part) => part !== diastolic).map((part) => (part === systolic ? both : part));
}

function shown<T extends Observation | ObservationComponent>(part: T): T {
  const { valueQuantity } = part;
  return valueQuantity ? { ...part, valueQuantity: showQuantity(valueQuantity) } : part;
}
