import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly date: string;
  readonly apiMode: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly isGenuine: boolean;
}

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedEvent[];
  /** Status codes for the next requests, in order; after them 200. */
  answerNext(...statuses: number[]): void;
  /** Waits until so many events of a type were received and returns the last of them. */
  waitFor(type: string, count?: number): Promise<ReceivedEvent>;
  close(): Promise<void>;
}

/** An integrator's webhook for tests: notes every event and whether its signature is good. */
export async function receiveWebhooks(secret: string): Promise<WebhookReceiver> {
  const received: ReceivedEvent[] = [];
  const statuses: number[] = [];
  const server = createServer(async (req, res) => {
    const body = await buffer(req);
    const headers = Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, `${value}`]));
    const { id, type, date, api_mode: apiMode, data } = JSON.parse(body.toString('utf8'));
    received.push({ id, type, date, apiMode, data, headers, isGenuine: verifies(secret, body, headers) });
    res.writeHead(statuses.shift() ?? 200).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/webhook`,
    received,
    answerNext: (...next) => void statuses.push(...next),
    async waitFor(type, count = 1) {
      for (;;) {
        const event = received.filter((candidate) => candidate.type === type)[count - 1];
        if (event !== undefined) {
          return event;
        }
        await delay(10);
      }
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function verifies(secret: string, body: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
