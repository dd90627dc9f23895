import { expect, test } from 'vitest';
import { type GeneratorOptions, generateExport } from './generate-export.ts';
import { exportLines } from './write-export.ts';

const options = { seed: 3, resources: 200 };
const textOf = (more: GeneratorOptions) => [...exportLines({ ...options, ...more })].join('');
const clean = `${[...generateExport(options)].join('\n')}\n`;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

test('without dirt the file is the clean lines, each ended by a newline', () => {
  expect(textOf({})).toBe(clean);
});

test('framing defects change nothing but the framing', () => {
  const dirty = textOf({ dirt: ['bom', 'crlf', 'blank-lines', 'no-final-newline'] });
  expect(dirty).toMatch(/^\uFEFF\{/);
  expect(dirty).toMatch(/\n\r?\n/);
  expect(dirty).toMatch(/[^\n]$/);
  expect(dirty.split('\r\n').length).toBeGreaterThan(50);
  const lines = dirty
    .replace('\uFEFF', '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  expect(`${lines.join('\n')}\n`).toBe(clean);
});

test('bad JSON strikes some lines, a cut the last one only', () => {
  const broken = textOf({ dirt: ['bad-json'] })
    .trimEnd()
    .split('\n')
    .filter((line) => !isJson(line));
  expect(broken).toHaveLength(4);
  const cut = textOf({ dirt: ['cut-last-line'] }).split('\n');
  expect(cut.map(isJson).lastIndexOf(true)).toBe(cut.length - 2);
});

test('empty strings stand where references and displays were', () => {
  expect(clean).not.toContain('""');
  expect(textOf({ dirt: ['empty-strings'] })).toContain('"reference":""');
});
