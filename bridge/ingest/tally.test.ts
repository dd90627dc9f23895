import { expect, test } from 'vitest';
import { Tally } from './tally.ts';

const problem = (line: number, file = 0) => ({ line, file, disposition: 'quarantined', code: 'not-json' }) as const;

test('every way in which a line can end is counted once, and they add up', () => {
  const tally = new Tally();
  tally.lines = 6;
  tally.receive('Patient');
  tally.receive('Patient');
  tally.settle('created', 'Patient', 0);
  tally.settle('updated', 'Observation', 1);
  tally.merge(1, ['Observation.status', 'Observation.note']);
  tally.settle('unchanged', 'Patient', 2);
  tally.markByEarlierRun(2);
  tally.settleDuplicate();
  tally.settleProblem(problem(5));
  tally.settleProblem({ line: 6, file: 0, disposition: 'skipped', code: 'edited-here', resourceType: 'Goal' });
  expect(tally.settled).toBe(tally.lines);
  expect(tally.report('c-1')).toEqual({
    connection: 'c-1',
    lines: 6,
    created: 1,
    updated: 1,
    unchanged: 1,
    duplicate: 1,
    quarantined: 1,
    skipped: 1,
    merged: 1,
    keptHere: 2,
    vanished: 0,
    byEarlierRun: 1,
    receivedByType: { Patient: 2 },
    storedByType: { Patient: 2, Observation: 1 },
    problemsByCode: { 'not-json': 1, 'edited-here': 1 },
    repairsByRule: {},
    problems: [problem(5), { line: 6, file: 0, disposition: 'skipped', code: 'edited-here', resourceType: 'Goal' }],
  });
});

test('problems are told in the order of the files, whenever they were found', () => {
  const tally = new Tally();
  for (const found of [problem(9), problem(1, 1), problem(10), problem(2)]) tally.settleProblem(found);
  expect(tally.report('c-1').problems.map(({ file, line }) => [file, line])).toEqual([
    [0, 2],
    [0, 9],
    [0, 10],
    [1, 1],
  ]);
});

test('of very many problems all are counted and the first thousand are told', () => {
  const tally = new Tally();
  for (let line = 1; line <= 1500; line++) tally.settleProblem(problem(line));
  const { problems, problemsByCode, quarantined } = tally.report('c-1');
  expect(quarantined).toBe(1500);
  expect(problemsByCode).toEqual({ 'not-json': 1500 });
  expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
});
