import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A listener of one's own on 127.0.0.1, for rest-hooks. */
export interface HookReceiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** Statuses of the next answers; then 200. */
  readonly answers: number[];
  close(): void;
}

export async function receiveHooks(): Promise<HookReceiver> {
  const received: Received[] = [];
  const answers: number[] = [];
  const server = createServer(async (req, res) => {
    received.push({ headers: req.headers, body: await text(req) });
    res.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
