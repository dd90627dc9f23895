import { Webhook } from 'standardwebhooks';
import { SANDBOX_KEYS } from '../../../sandbox/fasten/sandbox-keys.ts';

/** An event that somebody else made up, and what was answered: `lost` when nothing was. */
export interface ForgedEvent {
  readonly exportId: string;
  readonly answer: number | 'lost';
}

const FOREIGN_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const DAY_MS = 24 * 3_600_000;

/**
 * Sends events about a connection that exists, each forged in another way: signed by another secret, changed after it was
 * signed, signed a day ago.
 */
export function forgeEvents(url: string, orgConnectionId: string, count: number): Promise<ForgedEvent[]> {
  return Promise.all(Array.from({ length: count }, (_, number) => forge(url, orgConnectionId, number)));
}

async function forge(url: string, orgConnectionId: string, number: number): Promise<ForgedEvent> {
  const [id, exportId] = [crypto.randomUUID(), crypto.randomUUID()];
  const data = { org_connection_id: orgConnectionId, task_id: exportId, failure_reason: 'resource_invalid_content' };
  const body = JSON.stringify({ api_mode: 'test', type: 'patient.ehi_export_failed', id, data });
  const signedAt = new Date(Date.now() - (number % 3 === 2 ? DAY_MS : 0));
  const secret = number % 3 === 0 ? FOREIGN_SECRET : SANDBOX_KEYS.webhookSecret;
  const signed = number % 3 === 1 ? body.replace('ehi_export_failed', 'ehi_export_success') : body;
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(signedAt.getTime() / 1000)}`,
    'webhook-signature': new Webhook(secret).sign(id, signedAt, signed),
  };
  try {
    const signal = AbortSignal.timeout(15_000);
    const answer = await fetch(url, { method: 'POST', headers, body, signal });
    await answer.body?.cancel();
    return { exportId, answer: answer.status };
  } catch {
    return { exportId, answer: 'lost' };
  }
}
