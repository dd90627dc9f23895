import type { Server } from 'node:http';
import { badRequest, type WithId } from '@medplum/core';
import type { Resource, Subscription } from '@medplum/fhirtypes';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { AuthWorld } from '../auth/authenticate.ts';
import type { RepositoryWorld } from '../repository/repository-world.ts';
import { handshakeOf, heartbeatOf, notificationOf } from './subscription-messages.ts';
import { withSystemLinks } from './with-system-links.ts';

const PATH = '/ws/subscriptions-r4';
const WRONG_TOKEN = 'Make sure you are sending the correct token.';

interface ClientMessage {
  readonly type?: string;
  readonly payload?: { readonly token?: string };
}

/**
 * `/ws/subscriptions-r4`: binds sockets to Subscriptions by the tokens of `$get-ws-binding-token`, and tells them what
 * changes (packages/server/src/subscriptions/websockets.ts). Who closes a socket, or unbinds it, ends the Subscription.
 */
export class SubscriptionSockets {
  readonly #auth: AuthWorld;
  readonly #world: RepositoryWorld;
  readonly #server: WebSocketServer;
  /** What each socket is bound to: the token, by Subscription. */
  readonly #bound = new Map<WebSocket, Map<string, string>>();
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(server: Server, auth: AuthWorld, world: RepositoryWorld) {
    this.#auth = auth;
    this.#world = world;
    this.#server = new WebSocketServer({ noServer: true, maxPayload: world.switches.maxJsonBytes });
    server.on('upgrade', (req, socket, head) => {
      if (new URL(req.url ?? '', 'http://sandbox').pathname === PATH) {
        this.#server.handleUpgrade(req, socket, head, (opened) => this.#serve(opened));
      } else {
        socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
      }
    });
  }

  /** Sends a version to whoever is bound to a Subscription and is still signed in. */
  async tell(subscription: WithId<Subscription>, resource: WithId<Resource>): Promise<void> {
    const { id, meta } = subscription;
    const linked = await withSystemLinks(this.#world, this.#auth.quotas, meta?.project ?? '', resource);
    const fullUrl = `${this.#world.urls.fhirBase}${resource.resourceType}/${resource.id}`;
    const message = JSON.stringify(notificationOf(id, linked, fullUrl));
    for (const [socket, tokens] of this.#bound) {
      const token = tokens.get(id);
      if (token && (await this.#isSignedIn(token))) socket.send(message);
    }
  }

  close(): void {
    clearTimeout(this.#heartbeat);
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #serve(socket: WebSocket): void {
    // Without a listener a broken connection would end the process.
    socket.on('error', () => socket.terminate());
    socket.on('message', (data) => void this.#take(socket, data));
    socket.on('close', () => {
      for (const id of this.#bound.get(socket)?.keys() ?? []) this.#world.socketSubscriptions.remove(id);
      this.#bound.delete(socket);
    });
  }

  async #take(socket: WebSocket, data: RawData): Promise<void> {
    const { type, payload } = parse(data);
    if (type === 'ping') socket.send(JSON.stringify({ type: 'pong' }));
    if (!payload?.token || (type !== 'bind-with-token' && type !== 'unbind-from-token')) return;
    const id = await this.#subscriptionOf(socket, payload.token);
    if (!id) return;
    if (type === 'bind-with-token') this.#bind(socket, id, payload.token);
    else this.#unbind(socket, id);
  }

  #bind(socket: WebSocket, id: string, token: string): void {
    const tokens = this.#bound.get(socket) ?? new Map<string, string>();
    this.#bound.set(socket, tokens.set(id, token));
    this.#beat();
    socket.send(JSON.stringify(handshakeOf(id)));
  }

  #unbind(socket: WebSocket, id: string): void {
    this.#bound.get(socket)?.delete(id);
    this.#world.socketSubscriptions.remove(id);
  }

  /** The Subscription that a token is for; undefined, and the socket is told why, where it is for none. */
  async #subscriptionOf(socket: WebSocket, token: string): Promise<string | undefined> {
    const claims = await this.#auth.tokens.read(token);
    const refuse = (text: string) => socket.send(JSON.stringify(badRequest(text)));
    if (!claims) {
      refuse('Token failed to validate. Check token expiry.');
      return undefined;
    }
    if (typeof claims.subscription_id === 'string') return claims.subscription_id;
    refuse(`Token claims missing subscription_id. ${WRONG_TOKEN}`);
    socket.terminate();
    return undefined;
  }

  async #isSignedIn(token: string): Promise<boolean> {
    const claims = await this.#auth.tokens.read(token);
    const login = claims && this.#auth.logins.find(String(claims.login_id));
    return login !== undefined && !login.revoked;
  }

  /** Beats as long as anything is bound. */
  #beat(): void {
    this.#heartbeat ??= setTimeout(() => {
      this.#heartbeat = undefined;
      for (const [socket, tokens] of this.#bound) socket.send(JSON.stringify(heartbeatOf([...tokens.keys()])));
      if (this.#bound.size > 0) this.#beat();
    }, this.#world.switches.heartbeatMs);
  }
}

/** What cannot be read says nothing. */
function parse(data: RawData): ClientMessage {
  try {
    return JSON.parse(String(data)) as ClientMessage;
  } catch {
    return {};
  }
}
