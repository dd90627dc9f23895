import type { Bundle, Parameters, Subscription, SubscriptionStatus } from '@medplum/fhirtypes';
import { NotGiven } from './not-given.ts';
import type { Party } from './open-party.ts';
import { resourceOf, said } from './said.ts';
import { waitFor } from './wait-until.ts';

export type Message = Record<string, unknown>;

/** A websocket of the server under test, and everything that has come over it. */
export interface OpenSocket {
  readonly messages: readonly Message[];
  send(message: Message): void;
  /** The first message, past or to come, of a type: `handshake`, `heartbeat`, `event-notification`, `pong`, `outcome`. */
  await(type: string): Promise<Message>;
  readonly isClosed: () => boolean;
  close(): void;
}

/** @param url as `$get-ws-binding-token` gives it */
export async function openSocket(url: string): Promise<OpenSocket> {
  const socket = new WebSocket(url);
  const messages: Message[] = [];
  let closed = false;
  socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data)) as Message));
  socket.addEventListener('close', () => {
    closed = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error('No websocket')));
  });
  return {
    messages,
    send: (message) => socket.send(JSON.stringify(message)),
    await: (type) => waitFor(() => messages.find((message) => typeOf(message) === type)),
    isClosed: () => closed,
    close: () => socket.close(),
  };
}

/** What a message is. */
export function typeOf(message: Message): string {
  if (message.resourceType === 'OperationOutcome') return 'outcome';
  if (message.type === 'pong') return 'pong';
  return statusOf(message)?.type ?? 'unknown';
}

/** The SubscriptionStatus that a notification begins with. */
export function statusOf(message: Message): SubscriptionStatus | undefined {
  const [entry] = (message as unknown as Bundle<SubscriptionStatus>).entry ?? [];
  return entry?.resource;
}

export interface Binding {
  readonly subscription: Subscription & { readonly id: string };
  readonly token: string;
  readonly url: string;
  readonly parameters: Parameters;
}

/** A websocket Subscription and the token that binds it. @throws NotGiven where the project has no websockets */
export async function makeBinding(party: Party, criteria: string): Promise<Binding> {
  const body = {
    resourceType: 'Subscription',
    status: 'active',
    reason: 'likeness',
    criteria,
    channel: { type: 'websocket' },
  };
  const subscription = resourceOf<Subscription>(await party.call('POST', 'Subscription', body));
  const answer = await party.call('GET', `Subscription/${subscription.id}/$get-ws-binding-token`);
  if (said(answer).includes('not enabled')) throw new NotGiven('the feature websocket-subscriptions');
  const parameters = answer.json as Parameters;
  const parameterOf = (name: string) => parameters.parameter?.find((one) => one.name === name);
  return {
    subscription,
    parameters,
    token: parameterOf('token')?.valueString ?? '',
    url: parameterOf('websocket-url')?.valueUrl ?? '',
  };
}
