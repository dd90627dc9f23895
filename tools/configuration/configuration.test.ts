import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { environment } from '../../bridge/environment.ts';
import { provisionEnvironment } from '../../bridge/provision/read-settings.ts';
import { CONFIGURATION_FILE, describeVariables, writeConfiguration } from './describe-variables.ts';

test('docs/configuration.md is what npm run docs:configuration makes', () => {
  expect(readFileSync(CONFIGURATION_FILE, 'utf8')).toBe(writeConfiguration());
});

test('every variable says what it is for, and the one that must be set says so', () => {
  const variables = describeVariables(environment, 'bridge/environment.ts');
  const others = describeVariables(provisionEnvironment, 'bridge/provision/read-settings.ts');
  expect([...variables, ...others].filter(({ text }) => text.length < 10)).toEqual([]);
  expect(variables.find(({ name }) => name === 'MEDPLUM_BASE_URL')).toMatchObject({ isRequired: true });
  expect(variables.find(({ name }) => name === 'BRIDGE_PORT')).toMatchObject({ isRequired: false, fallback: '8100' });
});

test('.env.example names every variable of the bridge', () => {
  const example = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');
  const named = new Set([...example.matchAll(/^#?\s?(\w+)=/gm)].map(([, name]) => name));
  const missing = Object.keys(environment.shape).filter((name) => !named.has(name));
  expect(missing).toEqual([]);
});
