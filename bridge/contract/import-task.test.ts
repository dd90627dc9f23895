import type { Task } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IMPORT_CODE_SYSTEM } from './identifiers.ts';
import type { ImportReport } from './import-report.ts';
import {
  byTypeFromTask,
  countsFromTask,
  MAX_NAMED_PROBLEMS,
  outputsFromCounts,
  outputsFromReport,
  problemsFromTask,
  receivedByTypeFromTask,
  repairsFromTask,
  settledLines,
  storedLines,
  vanishedFromTask,
} from './import-task.ts';

const task: Task = { resourceType: 'Task', status: 'completed', intent: 'order' };
const counts = { lines: 21, created: 1, updated: 2, unchanged: 3, duplicate: 4, quarantined: 5, skipped: 6 };

test('what an import writes into its Task is what everyone reads out of it', () => {
  const count = fc.nat();
  const anyCounts = fc.record({
    lines: count,
    created: count,
    updated: count,
    unchanged: count,
    duplicate: count,
    quarantined: count,
    skipped: count,
  });
  const anyByType = fc.dictionary(fc.stringMatching(/^[A-Z][A-Za-z]{1,30}$/), count, { noNullPrototype: true });
  fc.assert(
    fc.property(anyCounts, anyByType, (written, byType) => {
      const output = outputsFromCounts(written, byType);
      expect(countsFromTask({ ...task, output })).toEqual(written);
      expect(byTypeFromTask({ ...task, output })).toEqual(byType);
    }),
  );
});

test('a Task without outputs has received nothing', () => {
  expect(countsFromTask(task)).toEqual({
    lines: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    duplicate: 0,
    quarantined: 0,
    skipped: 0,
  });
  expect(byTypeFromTask(task)).toEqual({});
});

test('outputs of others, files and unreadable values are passed over', () => {
  const coding = (code: string, system = IMPORT_CODE_SYSTEM) => ({ coding: [{ system, code }] });
  const output: Task['output'] = [
    { type: coding('created', 'urn:another-system'), valueInteger: 99 },
    { type: { text: 'created' }, valueInteger: 99 },
    { type: coding('ledger'), valueReference: { reference: 'Binary/1' } },
    { type: coding('lines'), valueInteger: -1 },
    { type: coding('stored-by-type'), valueString: 'Observation: many' },
    { type: coding('stored-by-type'), valueString: '__proto__: 1' },
    { type: coding('stored-by-type'), valueInteger: 3 },
    { type: coding('stored-by-type'), valueString: 'Condition: 3' },
  ];
  expect(countsFromTask({ ...task, output })).toMatchObject({ lines: 0, created: 0 });
  expect(byTypeFromTask({ ...task, output })).toEqual({ Condition: 3 });
});

test('the same result gives the same outputs, whatever the order it was counted in', () => {
  expect(outputsFromCounts(counts, { Observation: 2, Condition: 1 })).toEqual(
    outputsFromCounts(counts, { Condition: 1, Observation: 2 }),
  );
});

test('a type that no resource can have is counted, and its text is not repeated', () => {
  const output = outputsFromCounts(counts, { 'Jane Doe': 2, '': 1, Patient: 1 });
  expect(byTypeFromTask({ ...task, output })).toEqual({ Other: 3, Patient: 1 });
});

test('settled lines have any ending, stored lines are in Medplum', () => {
  expect(settledLines(counts)).toBe(21);
  expect(storedLines(counts)).toBe(10);
});

test('a finished import also says what it received and which lines it could not load', () => {
  const problems: ImportReport['problems'] = Array.from({ length: MAX_NAMED_PROBLEMS + 1 }, (_, index) => {
    return { line: index + 1, file: 0, disposition: 'quarantined', code: 'not-json' };
  });
  const report: ImportReport = {
    ...counts,
    connection: 'c',
    vanished: 2,
    receivedByType: { Observation: 4 },
    storedByType: { Observation: 3 },
    problemsByCode: { 'not-json': problems.length },
    repairsByRule: { 'null-removed': 2 },
    problems,
  };
  const finished = { ...task, output: outputsFromReport(report) };
  expect(countsFromTask(finished)).toEqual(counts);
  expect(receivedByTypeFromTask(finished)).toEqual({ Observation: 4 });
  expect(byTypeFromTask(finished)).toEqual({ Observation: 3 });
  expect(repairsFromTask(finished)).toEqual({ 'null-removed': 2 });
  expect([vanishedFromTask(finished), vanishedFromTask(task)]).toEqual([2, 0]);
  expect(problemsFromTask(finished)).toEqual(problems.slice(0, MAX_NAMED_PROBLEMS));
});
