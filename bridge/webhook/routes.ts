import express, { type Request, type Router } from 'express';
import type { WebhookOutcome, WebhookReceipt } from '../contract/operations.ts';
import { HttpError } from '../errors.ts';
import { type FastenEvent, readEvent, UnreadableEventError } from '../fasten/read-event.ts';
import type { ApiMode } from '../fasten/read-key-mode.ts';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { inStep, noteStep } from '../observe/trace.ts';
import type { Receipts } from '../queue/keep-receipts.ts';
import type { AddJob } from '../queue/specs.ts';
import { queueEvent } from './queue-event.ts';
import type { VerifySignature } from './verify-signature.ts';

export interface WebhookDeps {
  readonly verify: VerifySignature;
  readonly addJob: AddJob;
  /** The configured API of Fasten; links to anything else are not kept. */
  readonly fastenBaseUrl: string;
  /** Mode of our key; events of the other one are not ours. Unknown: all are taken. */
  readonly mode: ApiMode | undefined;
  /** Keeps what became of a delivery for people to look at. */
  readonly keepReceipt: Receipts['keep'];
  readonly log: Log;
  readonly metrics: Metrics;
}

type Seen = Omit<WebhookReceipt, 'outcome' | 'receivedAt'>;

/** An event of an export with many links and long per-type counts stays far below this. */
const MAX_BODY = '1mb';

/**
 * `POST /webhook`: Fasten's events. The answer is 200 once the job is on Redis and nothing else was waited for. Fasten
 * delivers again on everything but 2xx, and after too many failures not at all, so only what it should repeat is refused.
 */
export function webhookRoutes(deps: WebhookDeps): Router {
  const router = express.Router();
  // The signature covers the bytes, so nothing may parse them first; whatever the content type says.
  router.post('/webhook', express.raw({ type: () => true, limit: MAX_BODY }), async (req, res) => {
    await inStep('webhook', { kind: 'server' }, () => receive(deps, req));
    res.json({});
  });
  return router;
}

async function receive(deps: WebhookDeps, req: Request): Promise<void> {
  const rawBody: unknown = req.body;
  if (!Buffer.isBuffer(rawBody) || !deps.verify(rawBody, req.headers)) {
    note(deps, 'forged');
    deps.log.warn('webhook.forged');
    throw new HttpError(401, 'security', 'the signature does not match, or the event is too old');
  }
  const event = readOrRefuse(deps, rawBody);
  const eventId = event.eventId ?? String(req.headers['webhook-id']);
  noteStep({ eventType: event.type });
  const { type: eventType, fastenRequestId } = event;
  const seen: Seen = { eventId, eventType, ...(fastenRequestId && { fastenRequestId }) };
  if (deps.mode !== undefined && event.apiMode !== undefined && event.apiMode !== deps.mode) {
    note(deps, 'wrong-mode', seen);
    deps.log.warn('webhook.wrong-mode', { ...seen, mode: event.apiMode });
    return;
  }
  if (event.kind === 'export-ready') {
    for (const host of event.refusedHosts) {
      deps.log.warn('webhook.link-refused', { ...seen, host });
    }
  }
  const queued = await queueEvent(deps.addJob, event, eventId);
  const outcome = outcomeOf(queued, event.kind);
  note(deps, outcome, seen);
  deps.log.info(`webhook.${outcome}`, seen);
}

function note({ metrics, keepReceipt }: WebhookDeps, outcome: WebhookOutcome, seen: Seen = {}): void {
  metrics.webhooks.inc({ outcome });
  keepReceipt({ outcome, ...seen });
}

function readOrRefuse(deps: WebhookDeps, rawBody: Buffer): FastenEvent {
  try {
    return readEvent(rawBody.toString('utf8'), deps.fastenBaseUrl);
  } catch (error) {
    if (error instanceof UnreadableEventError) {
      note(deps, 'unreadable');
      deps.log.warn('webhook.unreadable');
      throw new HttpError(400, 'structure', error.message);
    }
    throw error;
  }
}

function outcomeOf(queued: Awaited<ReturnType<typeof queueEvent>>, kind: FastenEvent['kind']) {
  if (queued === 'nothing-to-do') {
    return kind === 'noted' ? 'accepted' : 'ignored';
  }
  return queued === 'known' ? 'duplicate' : 'accepted';
}
