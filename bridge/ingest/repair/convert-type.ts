import type { Json } from '../walk-references.ts';
import type { RepairRule } from './repair-rules.ts';

/** A value as the JSON type that FHIR wants, and the rule that made it so. */
export interface ConvertedValue {
  readonly value: string | number | boolean;
  readonly rule: RepairRule;
  /** False when the source's text cannot be told from the value (`5.40`), so that it must be kept beside it. */
  readonly isExact: boolean;
}

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Writes a value in the JSON type that is expected; undefined when it says something else than the source did. */
export function convertType(expected: string, value: Json): ConvertedValue | undefined {
  if (expected === 'string' && typeof value === 'number')
    return { value: String(value), rule: 'number-as-string', isExact: true };
  if (expected === 'string' && typeof value === 'boolean')
    return { value: String(value), rule: 'boolean-as-string', isExact: true };
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (expected === 'boolean' && /^(true|false)$/i.test(text))
    return { value: /^true$/i.test(text), rule: 'string-as-boolean', isExact: /^(true|false)$/.test(value) };
  if (expected !== 'number' || !DECIMAL.test(text)) return undefined;
  const number = Number(text);
  // Digits beyond what JavaScript keeps would be lost.
  if (String(number) !== withoutTrailingZeros(text)) return undefined;
  return { value: number, rule: 'string-as-number', isExact: String(number) === value };
}

function withoutTrailingZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
