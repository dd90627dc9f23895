import { beforeEach, expect, test } from 'vitest';
import { noteLook } from './last-look.ts';

beforeEach(() => localStorage.clear());

const look = (at: string, reader = 'Practitioner/1', patient = '7') =>
  noteLook(localStorage, reader, patient, new Date(at));

test('the first look has nothing before it, the next one has the last', () => {
  expect(look('2026-11-01T10:00:00Z')).toBeUndefined();
  expect(look('2026-11-03T10:00:00Z')).toBe('2026-11-01T10:00:00.000Z');
  expect(look('2026-11-09T10:00:00Z')).toBe('2026-11-03T10:00:00.000Z');
});

test('coming back soon goes on with the same look', () => {
  look('2026-11-01T10:00:00Z');
  look('2026-11-03T10:00:00Z');
  expect(look('2026-11-03T10:20:00Z')).toBe('2026-11-01T10:00:00.000Z');
  expect(look('2026-11-03T10:40:00Z')).toBe('2026-11-01T10:00:00.000Z');
  expect(look('2026-11-03T11:30:00Z')).toBe('2026-11-03T10:40:00.000Z');
});

test('every reader and every patient has their own', () => {
  look('2026-11-01T10:00:00Z');
  expect(look('2026-11-03T10:00:00Z', 'Practitioner/2')).toBeUndefined();
  expect(look('2026-11-03T10:00:00Z', 'Practitioner/1', '8')).toBeUndefined();
});

test('what somebody else left in the storage is not believed', () => {
  for (const text of ['{', '{"latest":"soon"}', 'null', '[]']) {
    localStorage.setItem('last-look:Practitioner/1:7', text);
    expect(look('2026-11-03T10:00:00Z')).toBeUndefined();
  }
});
