import { afterEach, beforeEach, expect, test } from 'vitest';
import { FASTEN_RETRY_DELAYS_MS } from './deliver-webhooks.ts';
import { receiveWebhooks, type WebhookReceiver } from './receive-webhooks.ts';
import { type FastenOptions, SANDBOX_KEYS, type SandboxFasten, startFasten } from './start-fasten.ts';
import { FAILURE_REASONS } from './state.ts';
import { callFasten } from './try-fasten.ts';

let webhook: WebhookReceiver;
let fasten: SandboxFasten;

async function start(options: FastenOptions): Promise<void> {
  webhook = await receiveWebhooks(SANDBOX_KEYS.webhookSecret);
  fasten = await startFasten({ webhookUrl: webhook.url, exportDelayMs: 10, ...options });
}

beforeEach(() => start({ retryDelaysMs: [1] }));
afterEach(async () => {
  await fasten.close();
  await webhook.close();
});

async function failOne(): Promise<void> {
  webhook.answerNext(500, 500);
  const { eventId } = await fasten.sendTest();
  await expect.poll(() => fasten.deliveries().find((each) => each.eventId === eventId)?.state).toBe('failed');
}

test('Fasten’s own schedule: four retries within about a day, each at its hour and not before, signed anew', async () => {
  const total = FASTEN_RETRY_DELAYS_MS.reduce((sum, ms) => sum + ms, 0);
  expect(total / 3_600_000).toBeCloseTo(24, 0);
  await fasten.close();
  await webhook.close();
  await start({ retryDelaysMs: FASTEN_RETRY_DELAYS_MS });
  webhook.answerNext(500, 500, 500, 500, 500);
  await fasten.sendTest();
  for (const [index, delayMs] of FASTEN_RETRY_DELAYS_MS.entries()) {
    await expect.poll(() => fasten.deliveries()[0]?.attempts.length).toBe(index + 1);
    fasten.advanceClock(delayMs - 60_000);
    expect(webhook.received).toHaveLength(index + 1);
    fasten.advanceClock(60_000);
    await webhook.waitFor('webhook.test', index + 2);
  }
  await expect.poll(() => fasten.deliveries()[0]?.state).toBe('failed');
  expect(new Set(webhook.received.map(({ id }) => id)).size).toBe(1);
  expect(webhook.received.every(({ isGenuine }) => isGenuine)).toBe(true);
});

test('a retry that is due while the attempt before is still being written down is not forgotten', async () => {
  await fasten.close();
  await webhook.close();
  await start({ retryDelaysMs: [0, 0, 0, 0] });
  webhook.answerNext(500, 500, 500, 500);
  await fasten.sendTest();
  await webhook.waitFor('webhook.test', 5);
});

test('an endpoint that takes nothing is disabled, and gets nothing more until somebody enables it', async () => {
  await fasten.setWebhook({ disableAfter: 2 });
  await failOne();
  await fasten.sendTest();
  await expect.poll(() => fasten.deliveries().at(-1)?.state).toBe('delivered');
  await failOne();
  expect(fasten.webhook().disabledAtMs).toBeUndefined();
  await failOne();
  expect(fasten.webhook().disabledAtMs).toBeTypeOf('number');
  const before = webhook.received.length;
  const lost = await fasten.sendTest();
  expect(lost.state).toBe('failed');
  expect(webhook.received).toHaveLength(before);
  await fasten.setWebhook({ enabled: true });
  expect(fasten.webhook()).not.toHaveProperty('disabledAtMs');
  expect(fasten.redeliver(lost.eventId)).toBe(true);
  await webhook.waitFor('webhook.test', before + 1);
});

test.each(FAILURE_REASONS)('an export can fail with %s', async (failWith) => {
  const { orgConnectionId } = await fasten.createConnection({ persona: { id: 'small' }, failWith });
  const path = `${fasten.baseUrl}/bridge/fhir/ehi-export`;
  const { answer } = await callFasten(path, { body: { org_connection_id: orgConnectionId } });
  expect((await webhook.waitFor('patient.ehi_export_failed')).data).toMatchObject({
    org_connection_id: orgConnectionId,
    failure_reason: failWith,
  });
  const status = await callFasten(`${path}/${answer.data.task_id}`);
  expect(status.answer.data).toEqual({ task_id: answer.data.task_id, status: 'failed' });
});
