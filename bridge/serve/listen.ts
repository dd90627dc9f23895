import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

export interface Listening {
  /** `http://<address>:<port>`, with the port that was really taken. */
  readonly origin: string;
  /** Takes no new connection, answers what is under way, and cuts connections that are merely kept open. */
  close(): Promise<void>;
}

/**
 * Serves an app over HTTP.
 *
 * @param port - 0 takes any free one.
 * @throws Error with code EADDRINUSE when the port is taken.
 */
export async function listen(app: Express, host: string, port: number): Promise<Listening> {
  const server = app.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    origin: `http://${name}:${address.port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
