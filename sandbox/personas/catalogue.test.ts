import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PERSONA_IDS, type PersonaId, personaOf } from './catalogue.ts';
import { personaPieces } from './persona-pieces.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/sandbox-personas.md');

/** Lines of each sign-in; of a high volume by its title, and an image is a line like any other. */
function linesOf(id: PersonaId): string {
  return personaOf(id)
    .connections.map(({ record }, connection) => {
      if (typeof record === 'object' && 'lines' in record) return record.lines;
      const text = [...personaPieces({ id, connection, scale: 0.001 })].join('');
      return text.split('\n').filter((line) => line.trim() !== '').length;
    })
    .map((lines) => lines.toLocaleString('en'))
    .join(' + ');
}

test('docs/sandbox-personas.md tells of every persona, and of no other, as the catalogue does', async () => {
  const document = await readFile(DOCUMENT, 'utf8');
  const told = document.split('\n').filter((line) => line.startsWith('| `'));
  const rows = PERSONA_IDS.map((id) => {
    const { title, purpose, connections } = personaOf(id);
    const kinds = connections.map(({ kind }) => kind).join(' + ');
    return `| \`${id}\` | ${title} | ${kinds} | ${linesOf(id)} | ${purpose} |`;
  });
  expect(told).toEqual(rows);
});
