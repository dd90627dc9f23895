import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A row of the table in docs/sandbox.md: where the sandbox is known to be unlike, and why it stays so. */
export interface KnownDifference {
  readonly name: string;
  readonly sandbox: unknown;
  readonly real: unknown;
  readonly reason: string;
}

const DOCUMENT = join(import.meta.dirname, '../../docs/sandbox.md');
const ROW = /^\| `(?<name>[a-z]+: [^`]+)` \| `(?<sandbox>[^`]*)` \| `(?<real>[^`]*)` \| (?<reason>.+) \|$/gm;

/** Reads the table: `| \`topic: name\` | \`JSON\` | \`JSON\` | reason |`, a pipe inside the JSON written as `\|`. */
export async function readKnownDifferences(): Promise<KnownDifference[]> {
  return parseKnownDifferences(await readFile(DOCUMENT, 'utf8'));
}

/** @throws SyntaxError when a value is no JSON */
export function parseKnownDifferences(document: string): KnownDifference[] {
  return [...document.matchAll(ROW)].map(({ groups = {} }) => ({
    name: groups.name ?? '',
    sandbox: parseCell(groups.sandbox),
    real: parseCell(groups.real),
    reason: groups.reason?.trim() ?? '',
  }));
}

/** The row that would list a difference, its reason still to be written. */
export function rowOf(name: string, sandbox: unknown, real: unknown): string {
  return `| \`${name}\` | \`${cellOf(sandbox)}\` | \`${cellOf(real)}\` | |`;
}

function parseCell(cell = 'null'): unknown {
  return JSON.parse(cell.replaceAll('\\|', '|'));
}

function cellOf(value: unknown): string {
  return JSON.stringify(value).replaceAll('|', '\\|').replaceAll('`', '’');
}
