import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A bot cannot be made under this name, and why. */
export class ScaffoldError extends Error {}

/**
 * Makes a bot that does nothing yet: its file, its test, its entry in `medplum.config.json`. Nothing that is there is changed.
 *
 * @param root - Folder of `medplum.config.json`.
 * @param name - kebab-case, beginning with a verb: `flag-critical-results`.
 * @returns The files that were written, relative to `root`.
 * @throws ScaffoldError when the name cannot be used, or is.
 */
export async function scaffoldBot(root: string, name: string): Promise<string[]> {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name) || name.length > 64) {
    throw new ScaffoldError('a bot is named in kebab-case and by what it does, such as flag-critical-results');
  }
  const configFile = join(root, 'medplum.config.json');
  const config: { bots: { name: string }[] } = JSON.parse(await readFile(configFile, 'utf8'));
  if (config.bots.some((bot) => bot.name === name)) throw new ScaffoldError(`there is a bot ${name} already`);
  const [source, test] = [`bots/${name}.ts`, `bots/${name}.test.ts`];
  try {
    await writeFile(join(root, source), BOT_TEXT, { flag: 'wx' });
    await writeFile(join(root, test), testText(name), { flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    throw new ScaffoldError(`there are files of a bot ${name} already`);
  }
  const bots = [...config.bots, entryOf(name, source)].sort((a, b) => (a.name < b.name ? -1 : 1));
  await writeFile(configFile, `${JSON.stringify({ ...config, bots }, undefined, 2)}\n`);
  return [source, test, 'medplum.config.json'];
}

function entryOf(name: string, source: string) {
  return {
    name,
    source,
    dist: `bots/dist/${name}.cjs`,
    description: 'Say what it does',
    subscriptions: [{ criteria: 'Observation?status=final', imports: 'afterwards' }],
    access: [{ resourceType: 'Observation', interaction: ['read', 'search'] }],
  };
}

const BOT_TEXT = `import type { BotEvent, MedplumClient } from '@medplum/core';
import type { Observation, Resource } from '@medplum/fhirtypes';

/**
 * Says what it does, once, in a sentence.
 *
 * Subscription: \`Observation?status=final\`, with imports afterwards (docs/bots.md).
 *
 * @param event - The resource as it is now. Others than those that concern it are passed over.
 * @returns What it wrote; undefined when there is nothing to do.
 */
export async function handler(_medplum: MedplumClient, event: BotEvent<Resource>): Promise<Observation | undefined> {
  const observation = event.input;
  if (observation.resourceType !== 'Observation') return undefined;
  // The same version may come again: write by createResourceIfNoneExist, under an identifier made of its cause.
  return undefined;
}
`;

function testText(name: string): string {
  return `import type { BotEvent } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { MockClient } from '@medplum/mock';
import { expect, test } from 'vitest';
import { handler } from './${name}.ts';

function eventWith(input: Resource): BotEvent<Resource> {
  return { bot: { reference: 'Bot/1' }, contentType: 'application/fhir+json', input, secrets: {} };
}

test('what does not concern it is passed over', async () => {
  expect(await handler(new MockClient(), eventWith({ resourceType: 'Patient', id: '1' }))).toBeUndefined();
});
`;
}
