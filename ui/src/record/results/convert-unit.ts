import { UcumLhcUtils } from '@lhncbc/ucum-lhc';
import { ucumOf } from './written-units.ts';

/** How a value in one unit is told in another; undefined when nobody can tell. */
export type Convert = (value: number) => number | undefined;

/**
 * Finds the way from one unit to another by UCUM, as the National Library of Medicine implements it.
 *
 * @param molarMass - Of the substance in g/mol; without one mass and moles stay apart.
 * @returns Undefined when the units measure different things, or one of them is not known.
 */
export function converterBetween(from: string, to: string, molarMass?: number): Convert | undefined {
  const [source, target] = [ucumOf(from), ucumOf(to)];
  if (!mayBeUcum(source) || !mayBeUcum(target) || !isComparable(source, target)) return undefined;
  const ucum = UcumLhcUtils.getInstance();
  const options = molarMass === undefined ? {} : { molecularWeight: molarMass };
  const convert: Convert = (value) => {
    const { status, toVal } = ucum.convertUnitTo(source, value, target, options);
    return status === 'succeeded' && typeof toVal === 'number' && Number.isFinite(toVal) ? tidy(toVal) : undefined;
  };
  return convert(1) === undefined ? undefined : convert;
}

/** Whole words and sentences stand where units belong; the library would speak of each on the console. */
function mayBeUcum(unit: string): boolean {
  return /^[!-~]{1,40}$/.test(unit);
}

/**
 * UCUM lets more be converted than means the same. It ignores what stands in braces, which tells here what was counted or
 * per what (`mL/min/{1.73_m2}`, `%{HbA1c}`), and all ratios are plain numbers to it: HbA1c in % and in mmol/mol are two
 * definitions, not two units.
 */
function isComparable(a: string, b: string): boolean {
  const [noted, counted] = [/\{[^}]*\}/g, /mol\/m?mol/];
  const notesOf = (unit: string) => (unit.match(noted) ?? []).join('').toLowerCase();
  return notesOf(a) === notesOf(b) && counted.test(a) === counted.test(b);
}

/** 7.000000000000001 was seven. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
