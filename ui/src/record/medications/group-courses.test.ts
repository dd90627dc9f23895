import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import { groupCourses } from './group-courses.ts';

function prescribe(text: string, authoredOn: string | undefined, status = 'completed'): Fact {
  return {
    resourceType: 'MedicationRequest',
    id: text,
    status,
    authoredOn,
    medicationCodeableConcept: { text },
  } as Fact;
}

test('prescriptions of one medicine are one course, from the first to the last', () => {
  const [course, ...others] = groupCourses([prescribe('Aspirin', '2021'), prescribe('ASPIRIN', '2019')]);
  expect(course).toMatchObject({ times: [Date.parse('2019'), Date.parse('2021')], isActive: false });
  expect(others).toEqual([]);
});

test('what is active comes first, then what was prescribed last', () => {
  const courses = groupCourses([
    prescribe('Newer', '2023'),
    prescribe('Still taken', '2010', 'active'),
    prescribe('Older', '2012'),
  ]);
  expect(courses.map(({ name }) => name)).toEqual(['Still taken', 'Newer', 'Older']);
  expect(courses[0]).toMatchObject({ isActive: true });
});

test('what has no date has no place', () => {
  expect(groupCourses([prescribe('Aspirin', undefined)])).toEqual([]);
});
