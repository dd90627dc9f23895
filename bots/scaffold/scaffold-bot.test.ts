import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { projectRoot } from '../build.ts';
import { scaffoldBot } from './scaffold-bot.ts';

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'scaffold-'));
  await mkdir(join(root, 'bots'));
  await cp(join(projectRoot, 'medplum.config.json'), join(root, 'medplum.config.json'));
});

afterEach(() => rm(root, { recursive: true }));

test('a new bot has its file, its test and its entry, and does nothing yet', async () => {
  const files = await scaffoldBot(root, 'greet-patients');
  expect(files).toEqual(['bots/greet-patients.ts', 'bots/greet-patients.test.ts', 'medplum.config.json']);
  const [before, after] = [projectRoot, root].map((folder) =>
    readFileSync(join(folder, 'medplum.config.json'), 'utf8'),
  );
  // As the formatter has it: only lines were added.
  const lines = new Set(after?.split('\n'));
  expect(before?.split('\n').filter((line) => !lines.has(line))).toEqual([]);
  const { bots } = JSON.parse(after ?? '');
  expect(bots.find((bot: { name: string }) => bot.name === 'greet-patients')).toMatchObject({
    source: 'bots/greet-patients.ts',
    dist: 'bots/dist/greet-patients.cjs',
  });
  const { handler } = await import(pathToFileURL(join(root, 'bots/greet-patients.ts')).href);
  expect(await handler(undefined, { input: { resourceType: 'Patient' } })).toBeUndefined();
});

test('a name that is taken changes nothing', async () => {
  await scaffoldBot(root, 'greet-patients');
  const config = await readFile(join(root, 'medplum.config.json'), 'utf8');
  await expect(scaffoldBot(root, 'greet-patients')).rejects.toThrow('there is a bot greet-patients already');
  await writeFile(join(root, 'bots/wave-back.ts'), 'mine');
  await expect(scaffoldBot(root, 'wave-back')).rejects.toThrow('files of a bot wave-back');
  expect(await readFile(join(root, 'bots/wave-back.ts'), 'utf8')).toBe('mine');
  expect(await readFile(join(root, 'medplum.config.json'), 'utf8')).toBe(config);
});

test.each(['bot', 'Greet-patients', '../greet-patients', 'greet_patients', ''])('%j is no name', async (name) => {
  await expect(scaffoldBot(root, name)).rejects.toThrow('kebab-case');
});
