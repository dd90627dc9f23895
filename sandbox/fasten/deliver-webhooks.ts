import { randomUUID } from 'node:crypto';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { Faults } from '../faults/faults.ts';
import type { Chaos } from './chaos.ts';
import { FORGERIES, forgeDelivery, type SentEvent, type SignedDelivery, signDelivery } from './forge-delivery.ts';
import type { KeptState } from './keep-state.ts';
import type { Clock } from './make-clock.ts';
import type { Delivery } from './state.ts';
import type { WebhookEvent } from './webhook-events.ts';

const MINUTE_MS = 60_000;

/** Up to four retries, farther and farther apart, about 24 hours in all: what is known of Fasten's own schedule. */
export const FASTEN_RETRY_DELAYS_MS: readonly number[] = [17, 68, 272, 1088].map((minutes) => minutes * MINUTE_MS);

/** Fasten counts a receiver that takes longer as failed. */
const RECEIVER_TIMEOUT_MS = 60_000;

export interface WebhookSender {
  /** Stores an event and begins to deliver it; it stays pending while no webhook URL is set. */
  send(event: WebhookEvent): Promise<Delivery>;
  /** Delivers a stored event once more, whatever became of it: same event id. False when there is no such event. */
  redeliver(eventId: string): boolean;
  /** Goes on with whatever is pending: after a restart, or when a URL was set. */
  resume(): void;
  /** Resolves when no attempt is under way any more. */
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly kept: KeptState;
  readonly clock: Clock;
  readonly chaos: Chaos;
  readonly faults: Faults<FastenFault>;
  /** `test` or `live`, part of every envelope. */
  readonly apiMode: string;
  /** How long to wait before each retry; as many retries as there are entries. */
  readonly retryDelaysMs: readonly number[];
}

/**
 * Sends events to the webhook as Fasten does: at least once, signed per Standard Webhooks, each attempt with a new
 * timestamp under the same id, success only on 2xx, no order promised.
 */
export function sendWebhooks(options: SenderOptions): WebhookSender {
  const { kept, clock, chaos, faults, apiMode, retryDelaysMs } = options;
  const { state, save } = kept;
  const underWay = new Map<Delivery, Promise<void>>();
  /** Events that wait for another one to overtake them. */
  const heldBack = new Set<Delivery>();
  const abort = new AbortController();

  function start(delivery: Delivery): void {
    const { url, disabledAtMs } = state.webhook;
    if (url === undefined || underWay.has(delivery) || abort.signal.aborted) {
      return;
    }
    delete delivery.nextAttemptAtMs;
    if (disabledAtMs !== undefined) {
      // Whether Fasten keeps them is not known: this is the worse case, and they can still be delivered by hand.
      delivery.state = 'failed';
      return;
    }
    const attempt = attemptOnce(delivery, url).finally(() => underWay.delete(delivery));
    underWay.set(delivery, attempt);
  }

  async function attemptOnce(delivery: Delivery, url: string): Promise<void> {
    const event = { id: delivery.eventId, type: delivery.type, api_mode: apiMode, data: delivery.data };
    await forge(delivery, event, url);
    const copies = chaos.copies * (faults.strike('duplicated')?.copies ?? 1);
    const signed = signDelivery(event, state.webhook.secret);
    const [outcome = 'not sent'] = await Promise.all(Array.from({ length: copies }, () => post(signed, url)));
    if (abort.signal.aborted) {
      return;
    }
    delivery.attempts.push({ atMs: clock.now(), outcome, ...(copies > 1 && { copies }) });
    if (faults.strike('replayed')) {
      note(delivery, 'replayed', await post(signed, url));
    }
    const delayMs = retryDelaysMs[delivery.attempts.length - 1];
    let againAtMs: number | undefined;
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) {
      delivery.state = 'delivered';
      countFailures(0);
    } else if (delayMs !== undefined && delivery.state === 'pending') {
      againAtMs = clock.now() + delayMs;
      delivery.nextAttemptAtMs = againAtMs;
    } else if (delivery.state === 'pending') {
      delivery.state = 'failed';
      countFailures((state.webhook.failedInARow ?? 0) + 1);
    }
    letGo(delivery);
    await save();
    // Not before: while this attempt is under way no other is begun, and nobody would call again.
    if (againAtMs !== undefined && !abort.signal.aborted) wait(delivery, againAtMs);
  }

  /** Fasten disables an endpoint that takes nothing any more; somebody has to enable it in the portal. */
  function countFailures(failedInARow: number): void {
    const { disableAfter = 0 } = state.webhook;
    const isDead = disableAfter > 0 && failedInARow >= disableAfter;
    state.webhook = { ...state.webhook, failedInARow, ...(isDead && { disabledAtMs: clock.now() }) };
  }

  /** What somebody else makes of an event comes first, when nothing is known of it yet. */
  async function forge(delivery: Delivery, event: SentEvent, url: string): Promise<void> {
    for (const forgery of FORGERIES) {
      if (faults.strike(forgery)) {
        note(delivery, forgery, await post(forgeDelivery(forgery, event, state.webhook.secret), url));
      }
    }
  }

  function note(delivery: Delivery, fault: FastenFault, outcome: number | string): void {
    delivery.forged = [...(delivery.forged ?? []), { fault, outcome }];
  }

  /** This one has overtaken those that are held back. */
  function letGo(overtaking: Delivery): void {
    heldBack.delete(overtaking);
    for (const delivery of heldBack) {
      start(delivery);
    }
    heldBack.clear();
  }

  /** When the first delivery of an event is due; undefined: now. */
  function delayOf(delivery: Delivery): number | undefined {
    const late = faults.strike('late');
    const outOfOrder = faults.strike('outOfOrder');
    if (outOfOrder) {
      heldBack.add(delivery);
    }
    return outOfOrder?.ms ?? late?.ms ?? chaos.delaysMs[delivery.type];
  }

  function wait(delivery: Delivery, timeMs: number): void {
    delivery.nextAttemptAtMs = timeMs;
    clock.at(timeMs, () => {
      // The attempt before may still be writing down how it went.
      void Promise.resolve(underWay.get(delivery)).then(() => {
        if (delivery.nextAttemptAtMs === timeMs && delivery.state === 'pending') start(delivery);
      });
    });
  }

  async function post({ body, headers }: SignedDelivery, url: string): Promise<number | string> {
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(RECEIVER_TIMEOUT_MS)]);
    try {
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
      await response.body?.cancel();
      return response.status;
    } catch (error) {
      return error instanceof DOMException && error.name === 'TimeoutError' ? 'timeout' : 'connection error';
    }
  }

  return {
    async send({ type, data }) {
      const delivery: Delivery = { eventId: randomUUID(), type, data, attempts: [], state: 'pending' };
      state.deliveries.push(delivery);
      await save();
      const delayMs = delayOf(delivery);
      if (delayMs === undefined) start(delivery);
      else wait(delivery, clock.now() + delayMs);
      return delivery;
    },
    redeliver(eventId) {
      const delivery = state.deliveries.find((candidate) => candidate.eventId === eventId);
      if (delivery !== undefined) {
        // After the attempt under way, if there is one: asked for twice means delivered twice.
        void Promise.resolve(underWay.get(delivery)).then(() => start(delivery));
      }
      return delivery !== undefined;
    },
    resume() {
      for (const delivery of state.deliveries) {
        if (delivery.state === 'pending' && !underWay.has(delivery)) {
          wait(delivery, delivery.nextAttemptAtMs ?? clock.now());
        }
      }
    },
    async close() {
      abort.abort();
      await Promise.allSettled(underWay.values());
    },
  };
}
