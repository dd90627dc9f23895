import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';
import { MockClient } from '@medplum/mock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBot, projectRoot, readBotConfigs } from './build.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bots-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('every entry of medplum.config.json has its file, and every bot file its entry', async () => {
  const bots = readBotConfigs();
  for (const bot of bots) {
    expect(bot.source).toBe(`bots/${bot.name}.ts`);
    expect(bot.dist).toBe(`bots/dist/${bot.name}.cjs`);
    expect(existsSync(join(projectRoot, bot.source))).toBe(true);
  }
  const isBot = (file: string): boolean => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'build.ts';
  const files = (await readdir(import.meta.dirname)).filter(isBot);
  expect(bots.map((bot) => `${bot.name}.ts`).sort()).toEqual(files.sort());
});

test.each(readBotConfigs())('$name, once built, runs the way Medplum’s server runs bots', async (bot) => {
  const outFile = join(folder, `${bot.name}.cjs`);
  await buildBot(bot, outFile);
  const code = await readFile(outFile, 'utf8');
  // The server gives a bot little: no timers, no process, no crypto. Naming its globals here keeps bots from needing more.
  const sandbox = {
    console,
    require: createRequire(import.meta.url),
    TextDecoder,
    TextEncoder,
    URL,
    URLSearchParams,
    medplum: new MockClient(),
    event: {
      bot: { reference: 'Bot/1' },
      contentType: 'application/fhir+json',
      input: { resourceType: 'Basic' },
      secrets: {},
    },
  };
  const wrapped = `const exports = {}; const module = { exports };\n${code}\n(async () => exports.handler(medplum, event))();`;
  // A bot that is not concerned by a resource does nothing with it.
  await expect(vm.runInNewContext(wrapped, sandbox)).resolves.toBeUndefined();
});
