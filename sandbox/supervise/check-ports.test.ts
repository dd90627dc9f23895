import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { findFreePort } from '../redis/find-free-port.ts';
import { checkPorts } from './check-ports.ts';
import { readSettings } from './read-settings.ts';

async function freeSettings() {
  const names = ['BRIDGE_PORT', 'SANDBOX_MEDPLUM_PORT', 'SANDBOX_FASTEN_PORT', 'SANDBOX_STORAGE_PORT'];
  const ports = new Set<number>();
  while (ports.size < names.length) {
    ports.add(await findFreePort());
  }
  const chosen = [...ports];
  return Object.fromEntries(names.map((name, index) => [name, `${chosen[index]}`]));
}

test('a busy port is named together with the variable that moves it', async () => {
  const env = await freeSettings();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const busy = readSettings({ ...env, SANDBOX_REDIS_PORT: `${port}` });
  await expect(checkPorts(busy)).rejects.toThrow(
    `Port ${port} is busy: stop what listens there, or set SANDBOX_REDIS_PORT to another port.`,
  );
  await expect(checkPorts({ ...busy, redisUrl: 'redis://127.0.0.1:1' })).resolves.toBeUndefined();
  server.close();
});
