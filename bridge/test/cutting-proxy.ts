import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Where a connection is cut: before the server saw the request, or after it had all of it but before the reply. Or not at
 * all, but the request is on its way for so long, or until then, or is refused with this body in the server's name.
 */
export type Cut =
  | 'before-server'
  | 'after-request'
  | { readonly holdMs: number }
  | { readonly holdUntil: Promise<unknown> }
  | Refusal;

interface Refusal {
  readonly refuseWith: object;
  /** Default 400. */
  readonly status?: number;
}

/** A reverse proxy on loopback that loses replies on demand. */
export interface CuttingProxy {
  readonly baseUrl: string;
  /** Requests that the server has and has not answered, whoever sent them and whether that one still waits. */
  readonly open: number;
  /** Asked for every request; what it returns happens. */
  cut: (method: string, path: string, body: string) => Cut | undefined;
  close(): Promise<void>;
}

/** Starts a proxy in front of `target`; until `cut` is set it changes nothing. */
export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const proxy = { cut: (): Cut | undefined => undefined } as { cut: CuttingProxy['cut'] };
  let open = 0;
  const pass = (incoming: IncomingMessage, body: Buffer, reply: ServerResponse | undefined): void => {
    open++;
    forward(target, incoming, body, reply).once('close', () => open--);
  };
  const server = createServer((incoming, reply) => {
    readBody(incoming).then(
      (body) => {
        const cut = proxy.cut(incoming.method ?? '', incoming.url ?? '', body.toString());
        if (cut === 'before-server') return incoming.socket.destroy();
        if (typeof cut === 'object' && 'refuseWith' in cut) return refuse(reply, cut);
        if (typeof cut === 'object' && 'holdUntil' in cut) {
          return void cut.holdUntil.then(() => pass(incoming, body, reply));
        }
        if (typeof cut === 'object') return void setTimeout(() => pass(incoming, body, reply), cut.holdMs);
        return pass(incoming, body, cut ? undefined : reply);
      },
      () => incoming.socket.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}/`,
    get open() {
      return open;
    },
    get cut() {
      return proxy.cut;
    },
    set cut(cut) {
      proxy.cut = cut;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function refuse(reply: ServerResponse, { refuseWith, status = 400 }: Refusal): void {
  reply.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(refuseWith));
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Without a `reply` the server's answer is lost: it is sent everything, then both sides hang up. */
function forward(
  target: string,
  incoming: IncomingMessage,
  body: Buffer,
  reply: ServerResponse | undefined,
): ClientRequest {
  const { host: _, ...headers } = incoming.headers;
  const url = new URL(incoming.url ?? '/', target);
  const outgoing = request(url, { method: incoming.method, headers, agent: false }, (answer) => {
    if (!reply) return answer.destroy();
    reply.writeHead(answer.statusCode ?? 502, answer.headers);
    // Whoever asked may be dead; the server is heard to the end all the same.
    if (reply.destroyed) return void answer.resume();
    reply.once('close', () => answer.resume());
    answer.pipe(reply);
  });
  outgoing.on('error', () => incoming.socket.destroy());
  outgoing.end(body, () => {
    if (reply) return;
    incoming.socket.destroy();
    setTimeout(() => outgoing.destroy(), 20);
  });
  return outgoing;
}
