import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Asks the kernel for a TCP port on 127.0.0.1 that nobody listens on.
 *
 * @returns The port number. Another process may take it before the caller does, so whoever uses it must be ready to retry.
 */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('the kernel gave no TCP port');
  }
  return address.port;
}
