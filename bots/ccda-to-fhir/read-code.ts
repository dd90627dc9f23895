import { mapCcdaSystemToFhir } from '@medplum/ccda';
import type { CodeableConcept, Coding, Quantity } from '@medplum/fhirtypes';
import { standardSystem } from './code-systems.ts';
import { attribute, child, children, textOf, type XmlElement } from './xml-node.ts';

/** A coded value with its translations; undefined when it says nothing. */
export function readCode(element: XmlElement | undefined): CodeableConcept | undefined {
  const coding = [element, ...children(element, 'translation')].flatMap((each) => readCoding(each) ?? []);
  const text = attribute(element, 'displayName') ?? textOf(child(element, 'originalText'));
  if (coding.length === 0 && text === '') return undefined;
  return { ...(coding.length > 0 && { coding }), ...(text !== '' && { text }) };
}

export function readCoding(element: XmlElement | undefined): Coding | undefined {
  const code = attribute(element, 'code');
  if (code === undefined) return undefined;
  const system = mapCcdaSystemToFhir(attribute(element, 'codeSystem'));
  const display = attribute(element, 'displayName');
  return { ...(system && { system: standardSystem(system) }), code, ...(display && { display }) };
}

/** A physical quantity; undefined without a number. C-CDA's units are UCUM's. */
export function readQuantity(element: XmlElement | undefined): Quantity | undefined {
  const value = readNumber(attribute(element, 'value'));
  if (value === undefined) return undefined;
  const unit = attribute(element, 'unit');
  return { value, ...(unit && { unit, system: 'http://unitsofmeasure.org', code: unit }) };
}

export function readNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
