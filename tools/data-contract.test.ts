import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RECORD_CATEGORIES } from '../bridge/contract/record-category.ts';
import { RECORD_SECTIONS } from '../ui/src/record/sections.ts';

const root = join(import.meta.dirname, '..');

interface Bots {
  readonly bots: readonly {
    readonly name: string;
    readonly subscriptions?: readonly { readonly criteria: string }[];
  }[];
}

/** What the code says: of each resource type its categories, the sections of the page, and the bots that it starts. */
async function expectedRows(): Promise<string[]> {
  const { bots } = JSON.parse(await readFile(join(root, 'medplum.config.json'), 'utf8')) as Bots;
  const rows = new Map<string, Record<'categories' | 'pages' | 'bots', Set<string>>>();
  const rowOf = (type: string) => {
    const row = rows.get(type) ?? { categories: new Set(), pages: new Set(), bots: new Set() };
    rows.set(type, row);
    return row;
  };
  for (const [category, searches] of Object.entries(RECORD_CATEGORIES)) {
    for (const { type } of searches) rowOf(type).categories.add(`\`${category}\``);
  }
  for (const { label, searches } of RECORD_SECTIONS) {
    for (const { type } of searches) rowOf(type).pages.add(label);
  }
  for (const { name, subscriptions = [] } of bots) {
    for (const { criteria } of subscriptions) rowOf(criteria.split('?')[0] ?? '').bots.add(`\`${name}\``);
  }
  const told = (names: Set<string>, none: string) => [...names].join(', ') || none;
  return [...rows]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(
      ([type, { categories, pages, bots: started }]) =>
        `| \`${type}\` | ${told(categories, '')} | ${told(pages, 'Everything else')} | ${told(started, '')} |`,
    );
}

test('the data contract tells of every resource type its categories, its page and its bots', async () => {
  const page = await readFile(join(root, 'docs/data-contract.md'), 'utf8');
  const section = page.slice(page.indexOf('## By resource type'), page.indexOf('## By FHIR'));
  expect(section.split('\n').filter((line) => line.startsWith('| `'))).toEqual(await expectedRows());
});
