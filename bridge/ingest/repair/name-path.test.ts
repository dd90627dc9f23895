import { expect, test } from 'vitest';
import { namePath } from './name-path.ts';

test('elements are named, with their index', () => {
  expect(namePath('Patient', 'name', 2)).toBe('Patient.name[2]');
  expect(namePath('Patient', '_birthDate')).toBe('Patient._birthDate');
});

test.each(['Mr Smith', 'a'.repeat(65), '1', '', 'x.y'])('a property called %j is not quoted', (key) => {
  expect(namePath('Patient', key)).toBe('Patient.…');
});
