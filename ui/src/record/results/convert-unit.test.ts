import { expect, test } from 'vitest';
import { converterBetween } from './convert-unit.ts';

const convert = (value: number, from: string, to: string, molarMass?: number) =>
  converterBetween(from, to, molarMass)?.(value);

test('body measures of two continents come together', () => {
  expect(convert(154, '[lb_av]', 'kg')).toBeCloseTo(69.853, 3);
  expect(convert(154, 'lbs', 'kg')).toBeCloseTo(69.853, 3);
  expect(convert(70, 'in', 'cm')).toBeCloseTo(177.8);
  expect(convert(98.6, '[degF]', 'Cel')).toBeCloseTo(37);
  expect(convert(98.6, '°F', 'Cel')).toBeCloseTo(37);
  expect(convert(120, 'mmHg', 'mm[Hg]')).toBe(120);
});

test('counts in blood come together however a laboratory writes them', () => {
  for (const written of ['10*3/uL', 'K/uL', 'x10E3/uL', '10^3/µL', 'Thousand/uL']) {
    expect(convert(7, written, '10*9/L'), written).toBe(7);
  }
  expect(convert(13.5, 'g/dL', 'g/L')).toBe(135);
});

test('mass and moles come together by the molar mass, and stay apart without one', () => {
  expect(convert(5.5, 'mmol/L', 'mg/dL', 180.16)).toBeCloseTo(99.09, 2);
  expect(convert(1, 'mg/dL', 'umol/L', 113.12)).toBeCloseTo(88.4, 1);
  expect(convert(5.5, 'mmol/L', 'mg/dL')).toBeUndefined();
});

test('what only looks alike stays apart', () => {
  expect(converterBetween('%', 'mmol/mol')).toBeUndefined();
  expect(converterBetween('%{HbA1c}', '%')).toBeUndefined();
  expect(converterBetween('mL/min', 'mL/min/{1.73_m2}')).toBeUndefined();
  expect(converterBetween('[iU]/L', 'U/L')).toBeUndefined();
  expect(converterBetween('meq/L', 'mmol/L')).toBeUndefined();
  expect(converterBetween('index', 'mg/dL')).toBeUndefined();
  expect(converterBetween('', 'mg/dL')).toBeUndefined();
});
