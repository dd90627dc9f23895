/**
 * Prints how large our code is, a row for each workspace and each of its folders, in the columns by which we compare
 * ourselves with codebases we like to read. A habit, not a limit: nothing fails here.
 *
 * Habit: file median about 60 and p90 about 200 lines, function median about 12 and p90 about 50, comments 8-15 %.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measureSource, type SourceSize } from './measure-source.ts';

const root = join(import.meta.dirname, '..');
const workspaces = ['bridge', 'bots', 'ui', 'sandbox', 'tools'];

interface MeasuredFile extends SourceSize {
  readonly path: string;
  readonly isTest: boolean;
}

const columns = [
  'code',
  'files',
  'file median / p90 / max lines',
  'function median / p90',
  'comment %',
  '`any` per 1000',
];
const testColumns = ['test : source', 'module mocks / cases'];

function main(): void {
  const files = globSync(`{${workspaces.join(',')}}/**/*.{ts,tsx}`, {
    cwd: root,
    exclude: ['**/node_modules', '**/dist'],
  })
    .sort()
    .map(measureFile);
  const groups = new Map<string, MeasuredFile[]>();
  for (const file of files) {
    const [workspace = '', folder] = file.path.split('/').slice(0, -1);
    const names = folder ? [workspace, `${workspace}/${folder}`] : [workspace, `${workspace}/*`];
    for (const name of names) {
      groups.set(name, [...(groups.get(name) ?? []), file]);
    }
  }
  const rows = [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, group]) => describeGroup(name, group));
  printTable([[...columns, ...testColumns], ...rows, describeGroup('all', files)]);
}

function measureFile(path: string): MeasuredFile {
  const isTest = /\.test\.tsx?$/.test(path) || path.split('/')[1] === 'test';
  return { path, isTest, ...measureSource(path, readFileSync(join(root, path), 'utf8')) };
}

function describeGroup(name: string, files: readonly MeasuredFile[]): string[] {
  const source = files.filter((file) => !file.isTest);
  const tests = files.filter((file) => file.isTest);
  const fileLines = source.map((file) => file.lines);
  const functionLines = source.flatMap((file) => file.functionLines);
  const lines = sum(fileLines);
  const textLines = lines - sum(source.map((file) => file.blankLines));
  const testLines = sum(tests.map((file) => file.lines));
  return [
    name,
    String(source.length),
    `${quantile(fileLines, 0.5)} / ${quantile(fileLines, 0.9)} / ${quantile(fileLines, 1)}`,
    `${quantile(functionLines, 0.5)} / ${quantile(functionLines, 0.9)}`,
    ratio(100 * sum(source.map((file) => file.commentLines)), textLines, 1),
    ratio(1000 * sum(source.map((file) => file.anys)), lines, 1),
    ratio(testLines, lines, 2),
    `${sum(tests.map((file) => file.moduleMocks))} / ${sum(tests.map((file) => file.cases))}`,
  ];
}

function printTable(rows: readonly string[][]): void {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [header = [], ...body] = rows;
  console.log(line(header));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const row of body) {
    console.log(line(row));
  }
}

/** The smallest value that at least this share of the values does not exceed; 0 without values. */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function ratio(part: number, whole: number, digits: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(digits);
}

main();
