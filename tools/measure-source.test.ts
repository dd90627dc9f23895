import { expect, test } from 'vitest';
import { measureSource } from './measure-source.ts';

test('named functions are measured, callbacks belong to the function around them', () => {
  const text = [
    'export function outer(): void {',
    '  [1].forEach((n) => {',
    '    n.toFixed();',
    '  });',
    '}',
    'const arrow = () => 1;',
    'class Box {',
    '  get size() {',
    '    return 1;',
    '  }',
    '}',
    'declare function elsewhere(): void;',
  ].join('\n');
  expect(measureSource('a.ts', text).functionLines).toEqual([5, 1, 3]);
});

test('comment lines are counted once, wherever they stand, and never inside strings or JSX text', () => {
  const text = [
    '/** Two',
    ' * lines. */',
    'const a = 1; // at the end',
    "const b = '// no';",
    'const c = `',
    '// no',
    '`;',
    'function f() {',
    '  // before a brace',
    '}',
    'const d = <p>// no</p>;',
    '',
  ].join('\n');
  const size = measureSource('a.tsx', text);
  expect(size).toMatchObject({ lines: 11, blankLines: 0, commentLines: 4 });
});

test('uses of any, module mocks and test cases are counted', () => {
  const text = [
    'const any: any = 1 as any;',
    "vi.mock('x');",
    "test('a', f);",
    "it.skip('b', f);",
    "test.each([1])('c', f);",
    "tester('d');",
    "/x/.test('e');",
  ].join('\n');
  expect(measureSource('a.test.ts', text)).toMatchObject({ anys: 2, moduleMocks: 1, cases: 3 });
});
