import { readFileSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LOG_EVENTS } from './log.ts';

const bridge = join(import.meta.dirname, '..');

async function source(): Promise<string> {
  const texts: string[] = [];
  for await (const path of glob('**/*.ts', { cwd: bridge })) {
    if (/\.test\.ts$|^(test|bench)\/|observe\/log\.ts$/.test(path)) continue;
    texts.push(await readFile(join(bridge, path), 'utf8'));
  }
  return texts.join('\n');
}

test('every event that can be logged is documented, and nothing else is', () => {
  const page = readFileSync(join(bridge, '../docs/log-events.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `([\w.-]+)` \| (debug|info|warn|error) \| .+ \|$/gm)].map(
    ([, name]) => name,
  );
  expect(documented.toSorted()).toEqual([...LOG_EVENTS].sort());
});

test('every event of the list is logged somewhere', async () => {
  const text = await source();
  // `webhook.${outcome}` is put together.
  const outcomes = ['webhook.accepted', 'webhook.duplicate', 'webhook.ignored'];
  const silent = LOG_EVENTS.filter((name) => !text.includes(`'${name}'`) && !outcomes.includes(name));
  expect(silent).toEqual([]);
});
