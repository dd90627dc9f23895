import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAllowed, listLicences } from './licences.ts';

test('everything that is shipped may be passed on', async () => {
  const all = await listLicences(join(import.meta.dirname, '..'));
  const shipped = all.filter(({ isDev }) => !isDev);
  expect(shipped.length).toBeGreaterThan(100);
  expect(shipped.filter(({ licence, name }) => !isAllowed(licence, name))).toEqual([]);
});

test.each([
  ['MIT', true],
  ['(MIT OR GPL-3.0)', true],
  ['Apache-2.0 AND MIT', true],
  ['MIT AND GPL-3.0', false],
  ['AGPL-3.0-only', false],
  ['none', false],
])('%s: %s', (expression, allowed) => {
  expect(isAllowed(expression)).toBe(allowed);
});

test('a package says its licence in one of three ways, or in none', async () => {
  const root = await mkdtemp(join(tmpdir(), 'licences-'));
  const manifests = {
    a: { license: 'ISC' },
    b: { license: { type: 'MIT' } },
    c: { licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] },
    d: {},
  };
  const packages: Record<string, object> = { '': {}, 'node_modules/elsewhere': {} };
  for (const [name, manifest] of Object.entries(manifests)) {
    packages[`node_modules/${name}`] = { dev: name === 'b' };
    await mkdir(join(root, 'node_modules', name), { recursive: true });
    await writeFile(
      join(root, 'node_modules', name, 'package.json'),
      JSON.stringify({ name, version: '1.0.0', ...manifest }),
    );
  }
  await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  const listed = (await listLicences(root)).map(({ name, licence, isDev }) => [name, licence, isDev]);
  await rm(root, { recursive: true });
  expect(listed).toEqual([
    ['a', 'ISC', false],
    ['b', 'MIT', true],
    ['c', 'MIT OR GPL-2.0', false],
    ['d', 'none', false],
  ]);
});
