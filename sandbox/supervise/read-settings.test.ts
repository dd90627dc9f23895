import { expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';
import { UserError } from './user-error.ts';

test('without an environment the documented ports and .data are used', () => {
  const { ports, dataDir, root, redisUrl } = readSettings({});
  expect(Object.values(ports)).toEqual([8100, 8103, 8104, 8105, 8106]);
  expect(dataDir).toBe(`${root.replace(/\/$/, '')}/.data`);
  expect(redisUrl).toBeUndefined();
});

test('ports, folder and Redis come from the environment; an empty value counts as absent', () => {
  const env = {
    BRIDGE_PORT: '9000',
    DATA_DIR: '/tmp/elsewhere',
    REDIS_URL: 'redis://127.0.0.1:1',
    SANDBOX_FASTEN_PORT: '',
  };
  expect(readSettings(env)).toMatchObject({
    ports: { BRIDGE_PORT: 9000, SANDBOX_FASTEN_PORT: 8104 },
    dataDir: '/tmp/elsewhere',
    redisUrl: 'redis://127.0.0.1:1',
  });
});

test('what is no port, and one port given twice, is refused by the variable’s name', () => {
  for (const port of ['http', '0', '70000', '1.5']) {
    expect(() => readSettings({ SANDBOX_MEDPLUM_PORT: port })).toThrow(UserError);
    expect(() => readSettings({ SANDBOX_MEDPLUM_PORT: port })).toThrow('SANDBOX_MEDPLUM_PORT is not a port');
  }
  expect(() => readSettings({ BRIDGE_PORT: '8105' })).toThrow('BRIDGE_PORT and SANDBOX_STORAGE_PORT are both 8105');
});
