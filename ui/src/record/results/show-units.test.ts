import { expect, test } from 'vitest';
import { showUnit, showValue } from './show-units.ts';

test.each([
  ['Cel', '°C'],
  ['mm[Hg]', 'mmHg'],
  ['10*3/uL', '×10³/µL'],
  ['10*12/L', '×10¹²/L'],
  ['kg/m2', 'kg/m²'],
  ['mL/min/{1.73_m2}', 'mL/min/1.73 m²'],
  ['u[IU]/mL', 'µIU/mL'],
  ['ug/dL', 'µg/dL'],
])('%s is shown as %s', (unit, words) => {
  expect(showUnit(unit)).toBe(words);
});

test.each(['mg/dL', 'mmol/L', '%', 'K/uL of blood', 'cm[H2O]', 'human units', 'points'])(
  'a unit that people read anyway keeps its letters: %s',
  (unit) => {
    expect(showUnit(unit).replaceAll('µ', 'u')).toBe(unit);
  },
);

test('a pressure is shown with both its numbers, in a unit that is read', () => {
  const part = (code: string, value: number) => ({
    code: { text: code, coding: [{ system: 'http://loinc.org', code }] },
    valueQuantity: { value, code: 'mm[Hg]', system: 'http://unitsofmeasure.org' },
  });
  const pressure = { resourceType: 'Observation', status: 'final', code: { text: 'Blood pressure' } } as const;
  const component = [part('8462-4', 80), part('8480-6', 120)];
  expect(showValue({ ...pressure, component })).toBe('120/80 mmHg');
  expect(showValue({ ...pressure, component: component.slice(1) })).toBe('120 mmHg');
  const foreign = { system: 'urn:oid:1.2.3', code: '8480-6' };
  const apart = component.map((each) => ({ ...each, code: { coding: [foreign] } }));
  expect(showValue({ ...pressure, component: apart })).toBe('80 mmHg / 120 mmHg');
});
