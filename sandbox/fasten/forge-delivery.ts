import { randomBytes, randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { FastenFault } from '../faults/fault-kinds.ts';

/** Deliveries that nobody who knows the secret has sent just now; a receiver must refuse each. */
export const FORGERIES = [
  'wrongSignature',
  'wrongSecret',
  'staleTimestamp',
  'alteredBody',
] as const satisfies FastenFault[];
export type Forgery = (typeof FORGERIES)[number];

/** An event in the words of its envelope. */
export interface SentEvent {
  readonly id: string;
  readonly type: string;
  readonly api_mode: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A delivery as it goes over the wire. */
export interface SignedDelivery {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Receivers take what is up to five minutes old (Standard Webhooks). */
const STALE_MS = 6 * 60_000;

/**
 * Signs an event per Standard Webhooks.
 *
 * @param secret - `whsec_` and base64.
 * @param at - When it is sent. The receiver compares it with its own clock, which nobody moves.
 */
export function signDelivery({ id, type, api_mode, data }: SentEvent, secret: string, at = new Date()): SignedDelivery {
  const body = JSON.stringify({ api_mode, type, date: at.toISOString(), id, data });
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'Fasten-Connect-Sandbox',
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  return { body, headers };
}

/** The same event as somebody would send it who wants it believed. Where it is made up it has an id of its own. */
export function forgeDelivery(forgery: Forgery, event: SentEvent, secret: string): SignedDelivery {
  const other = { ...event, id: randomUUID() };
  switch (forgery) {
    case 'wrongSignature': {
      const { body, headers } = signDelivery(other, secret);
      return { body, headers: { ...headers, 'webhook-signature': `v1,${randomBytes(32).toString('base64')}` } };
    }
    case 'wrongSecret':
      return signDelivery(other, `whsec_${randomBytes(24).toString('base64')}`);
    case 'staleTimestamp':
      return signDelivery(event, secret, new Date(Date.now() - STALE_MS));
    case 'alteredBody':
      return { ...signDelivery(event, secret), body: signDelivery(other, secret).body };
  }
}
