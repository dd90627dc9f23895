import { expect, test } from 'vitest';
import { Outcomes } from './outcomes.ts';

const problem = { line: 7, file: 0, disposition: 'quarantined', code: 'invalid-resource' } as const;

test('rows are settled in any order, and what was said of each is kept', () => {
  const outcomes = new Outcomes();
  outcomes.settle(2, 'created');
  outcomes.settle(0, 'quarantined', { ...problem, expression: ['Observation.status'] });
  outcomes.repair(2, [{ rule: 'empty-removed', path: 'Observation.note[0]' }]);
  expect(outcomes.ofRow(0)).toEqual({
    disposition: 'quarantined',
    code: 'invalid-resource',
    expression: ['Observation.status'],
  });
  expect(outcomes.ofRow(1)).toBeUndefined();
  expect(outcomes.ofRow(2)).toEqual({
    disposition: 'created',
    repairs: [{ rule: 'empty-removed', path: 'Observation.note[0]' }],
  });
  outcomes.merge(2, ['Observation.status']);
  expect(outcomes.ofRow(2)).toMatchObject({ disposition: 'created', code: 'merged', kept: ['Observation.status'] });
  expect(outcomes.ofRow(3)).toBeUndefined();
});

test('lines without a row come out in the order in which they were read', () => {
  const outcomes = new Outcomes();
  outcomes.settleUnreadable({ ...problem, code: 'not-json' });
  outcomes.settleUnreadable({ ...problem, line: 9, code: 'no-id' });
  expect([0, 1, 2].map((position) => outcomes.unreadable(position)?.line)).toEqual([7, 9, undefined]);
  expect(outcomes.unreadable(1)).toEqual({ file: 0, line: 9, disposition: 'quarantined', code: 'no-id' });
});
