import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { ConfigError } from './environment.ts';

const SECRET = 'whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC0wMDAxMjM0NQ==';
const env = {
  MEDPLUM_BASE_URL: 'http://127.0.0.1:8103/',
  MEDPLUM_CLIENT_ID: 'id',
  MEDPLUM_CLIENT_SECRET: 'secret',
  REDIS_URL: 'redis://127.0.0.1:6379',
  FASTEN_PUBLIC_ID: 'public_test_a',
  FASTEN_PRIVATE_KEY: 'private_test_(a)',
  FASTEN_WEBHOOK_SECRETS: SECRET,
};

function faultOf(changes: Record<string, string | undefined>): string {
  try {
    readConfig({ ...env, ...changes });
  } catch (error) {
    return error instanceof ConfigError ? error.message : 'another error';
  }
  return 'no fault';
}

test('what is not said has a default', () => {
  expect(readConfig(env)).toMatchObject({
    role: 'both',
    redis: { prefix: 'fasten-medplum' },
    fasten: { baseUrl: 'https://api.connect.fastenhealth.com/v1', mode: 'test', storageOrigins: [] },
    http: { host: '127.0.0.1', port: 8100, apiPrefix: '/api/fasten-health' },
  });
});

test('every fault is told at once, and no value with it', () => {
  const message = faultOf({
    MEDPLUM_CLIENT_ID: '',
    REDIS_URL: 'http://secret-host',
    BRIDGE_PORT: 'eighty',
    FASTEN_WEBHOOK_SECRETS: 'c2hvcnQ=',
  });
  expect(message).toContain('MEDPLUM_CLIENT_ID is missing');
  expect(message).toContain('REDIS_URL');
  expect(message).toContain('BRIDGE_PORT');
  expect(message).toContain('FASTEN_WEBHOOK_SECRETS is too short or not base64');
  expect(message).not.toMatch(/secret-host|eighty|c2hvcnQ/);
});

test("an admin's client is named by both of its words, or not at all", () => {
  const both = { MEDPLUM_ADMIN_CLIENT_ID: 'admin', MEDPLUM_ADMIN_CLIENT_SECRET: 'hidden' };
  expect(readConfig({ ...env, ...both }).eraser).toMatchObject({ clientId: 'admin', clientSecret: 'hidden' });
  expect(readConfig(env).eraser).toBeUndefined();
  expect(faultOf({ MEDPLUM_ADMIN_CLIENT_ID: 'admin' })).toContain('needed together');
  expect(faultOf({ MEDPLUM_ADMIN_CLIENT_SECRET: 'hidden' })).not.toContain('hidden');
});

test('a test key beside a live one is refused', () => {
  expect(faultOf({ FASTEN_PRIVATE_KEY: 'private_live_a' })).toContain('FASTEN_PRIVATE_KEY is a live key');
  expect(faultOf({ FASTEN_PUBLIC_ID: 'pub_test_a' })).toBe('no fault');
  expect(faultOf({ FASTEN_PUBLIC_ID: 'anything', FASTEN_PRIVATE_KEY: 'private_live_a' })).toBe('no fault');
});

test('the webhook is not served without a secret to check it by', () => {
  expect(faultOf({ FASTEN_WEBHOOK_SECRETS: '' })).toContain('FASTEN_WEBHOOK_SECRETS is needed');
  expect(faultOf({ FASTEN_WEBHOOK_SECRETS: '', BRIDGE_ROLE: 'worker' })).toBe('no fault');
});

test('several secrets and origins are separated by blanks', () => {
  const { fasten } = readConfig({
    ...env,
    FASTEN_WEBHOOK_SECRETS: `${SECRET}  ${SECRET.replace('whsec_', '')}`,
    FASTEN_STORAGE_ORIGINS: 'http://127.0.0.1:8105/ https://files.example.com/path',
  });
  expect(fasten.webhookSecrets).toHaveLength(2);
  expect(fasten.storageOrigins).toEqual(['http://127.0.0.1:8105', 'https://files.example.com']);
});

test.each(['https://x.example', 'https://x.example/', 'https://x.example/v1', 'https://x.example/v1/'])(
  'Fasten at %s is asked under one /v1',
  (url) => {
    expect(readConfig({ ...env, FASTEN_BASE_URL: url }).fasten.baseUrl).toBe('https://x.example/v1');
  },
);
