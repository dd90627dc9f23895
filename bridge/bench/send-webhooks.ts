import { setTimeout as wait } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';

/** What became of one event: answered at the first try or after several. */
export interface Acknowledged {
  readonly tries: number;
  /** Of the try that was answered 200, from its first byte sent. */
  readonly milliseconds: number;
}

export interface WebhookTarget {
  readonly url: string;
  /** `whsec_...`, the signing secret. */
  readonly secret: string;
}

/** As Fasten does it, in seconds instead of a day. */
const RETRY_AFTER_MS = 500;
const MAX_TRIES = 60;

/**
 * Sends events at a steady rate, whatever the answers take: who waits for an answer before it sends the next measures only
 * itself. An event that is not answered 2xx is sent again under its id with a new signature.
 *
 * @param events - JSON texts of event bodies; the id of a message is its position.
 * @returns One entry an event, once each was acknowledged.
 * @throws Error when one is not, however often it was tried.
 */
export async function sendWebhooks(
  target: WebhookTarget,
  events: readonly string[],
  perSecond: number,
): Promise<Acknowledged[]> {
  const agent = new Agent({ connections: 64 });
  try {
    const startedAt = performance.now();
    const sent: Promise<Acknowledged>[] = [];
    for (const [position, body] of events.entries()) {
      const dueAt = startedAt + (position * 1000) / perSecond;
      await wait(Math.max(0, dueAt - performance.now()));
      sent.push(sendUntilTaken(agent, target, `msg-${position}`, body));
    }
    return await Promise.all(sent);
  } finally {
    await agent.close();
  }
}

async function sendUntilTaken(agent: Agent, target: WebhookTarget, id: string, body: string): Promise<Acknowledged> {
  for (let tries = 1; tries <= MAX_TRIES; tries++) {
    const startedAt = performance.now();
    if (await sendOnce(agent, target, id, body)) return { tries, milliseconds: performance.now() - startedAt };
    await wait(RETRY_AFTER_MS);
  }
  throw new Error('an event was never acknowledged');
}

async function sendOnce(agent: Agent, { url, secret }: WebhookTarget, id: string, body: string): Promise<boolean> {
  const at = new Date();
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  try {
    const response = await request(url, { method: 'POST', headers, body, dispatcher: agent });
    await response.body.dump();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}

/**
 * Events of exports that failed for a reason that nothing is tried again for: each leaves one Task, so that what is lost
 * and what is doubled can be counted in Medplum.
 *
 * @param connections - Fasten's ids; the events are spread over them.
 */
export function failedExports(
  connections: readonly string[],
  count: number,
): { exportIds: string[]; events: string[] } {
  const exportIds = Array.from({ length: count }, () => crypto.randomUUID());
  const events = exportIds.map((task_id, position) => {
    const org_connection_id = connections[position % connections.length];
    const data = { org_connection_id, task_id, failure_reason: 'resource_invalid_content' };
    return JSON.stringify({ api_mode: 'test', type: 'patient.ehi_export_failed', id: crypto.randomUUID(), data });
  });
  return { exportIds, events };
}
