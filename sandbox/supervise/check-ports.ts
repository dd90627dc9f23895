import { createServer } from 'node:net';
import type { PortName, Settings } from './read-settings.ts';
import { UserError } from './user-error.ts';

/**
 * Makes sure that every port is free before anything is started or wiped.
 *
 * @throws UserError naming the port and the variable that moves it.
 */
export async function checkPorts({ ports, redisUrl }: Settings): Promise<void> {
  for (const [name, port] of Object.entries(ports) as [PortName, number][]) {
    const isNeeded = name !== 'SANDBOX_REDIS_PORT' || redisUrl === undefined;
    const fault = isNeeded ? await whyNot(port) : undefined;
    if (fault === 'EADDRINUSE') {
      throw new UserError(`Port ${port} is busy: stop what listens there, or set ${name} to another port.`);
    }
    if (fault !== undefined) {
      throw new UserError(`Port ${port} cannot be used (${fault}): set ${name} to another port.`);
    }
  }
}

/** Undefined when one can listen on the port, else the system's error code. */
async function whyNot(port: number): Promise<string | undefined> {
  const server = createServer();
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return code;
}
