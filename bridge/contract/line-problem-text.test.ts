import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LineProblem } from './import-report.ts';
import { formatLineProblem, parseLineProblem } from './line-problem-text.ts';

const problem: LineProblem = {
  line: 12,
  file: 0,
  disposition: 'quarantined',
  code: 'invalid-resource',
  resourceType: 'Observation',
  expression: ['Observation.component[0].code', 'Observation.status'],
};

test('a person can read which line, why, and where in it', () => {
  expect(formatLineProblem(problem)).toBe(
    'quarantined line 12: invalid-resource Observation [Observation.component[0].code | Observation.status]',
  );
  expect(formatLineProblem({ line: 3, file: 1, disposition: 'skipped', code: 'no-id' })).toBe(
    'skipped file 2 line 3: no-id',
  );
});

test('what is written is what is read', () => {
  const path = fc.stringMatching(/^[A-Z][A-Za-z.[\]0-9]{0,40}$/);
  const anyProblem = fc.record(
    {
      line: fc.nat(),
      file: fc.nat({ max: 1000 }),
      disposition: fc.constantFrom('quarantined' as const, 'skipped' as const),
      code: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
      resourceType: fc.stringMatching(/^[A-Z][A-Za-z]{1,30}$/),
      expression: fc.array(path, { minLength: 1 }),
    },
    { requiredKeys: ['line', 'file', 'disposition', 'code'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(anyProblem, (written) => {
      expect(parseLineProblem(formatLineProblem(written))).toEqual(written);
    }),
  );
});

test('hostile types and paths give a text that is still read back, on one line', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (resourceType, expression) => {
      const text = formatLineProblem({ ...problem, resourceType, expression });
      expect(text).not.toMatch(/[\r\n]/);
      expect(parseLineProblem(text)).toMatchObject({ line: 12, code: 'invalid-resource' });
    }),
  );
});

test('a text of somebody else is not taken for a problem', () => {
  expect(parseLineProblem('please look at line 12')).toBeUndefined();
});
