import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, startWorld, type World } from './test/start-world.ts';

let world: World;
const children: ChildProcess[] = [];

beforeAll(async () => {
  world = await startWorld();
});

afterEach(() => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
  }
});

afterAll(async () => {
  await world.close();
});

/** The real process, with the world's surroundings and a queue of its own. */
function run(changes: Record<string, string>) {
  const env = { ...world.environment, REDIS_PREFIX: `${world.redis.prefix}-process`, BRIDGE_PORT: '0', ...changes };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], { env, stdio: 'pipe' });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    said.out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    said.err += String(chunk);
  });
  return { child, said, ended: once(child, 'close').then(([code]) => code as number | null) };
}

test('a process that is told to stop ends in order', async () => {
  const { child, said, ended } = run({});
  await eventually(async () => (said.out.includes('service.listening') ? true : undefined));
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(said.out).toContain('service.stopped');
  expect(said.err).toBe('');
});

test('an environment that cannot be used is told fault by fault', async () => {
  const { said, ended } = run({ MEDPLUM_CLIENT_ID: '', REDIS_URL: 'nonsense', FASTEN_WEBHOOK_SECRETS: '' });
  expect(await ended).toBe(1);
  expect(said.err).toContain('MEDPLUM_CLIENT_ID is missing');
  expect(said.err).toContain('REDIS_URL');
  expect(said.err).toContain('FASTEN_WEBHOOK_SECRETS is needed');
  expect(said.err).not.toContain('    at ');
});

test.each<[string, (taken: string) => Record<string, string>, RegExp]>([
  ['a port that is taken', (taken) => ({ BRIDGE_PORT: taken }), /^port \d+ is taken.*BRIDGE_PORT\n$/],
  ['a wrong client secret', () => ({ MEDPLUM_CLIENT_SECRET: 'wrong' }), /^.*check MEDPLUM_CLIENT_ID and.*\n$/],
  ['no Medplum', () => ({ MEDPLUM_BASE_URL: 'http://127.0.0.1:9/' }), /^no Medplum server answers.*\n$/],
])('%s is one line that says what to do', async (_name, changes, line) => {
  const { said, ended } = run(changes(new URL(world.api).port));
  expect(await ended).toBe(1);
  expect(said.err).toMatch(line);
});
