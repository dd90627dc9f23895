import { openQueues } from '../../bridge/queue/open-queues.ts';
import { openRedis } from '../../bridge/queue/open-redis.ts';

/** Jobs that wait, a schedule, and a job that is put off: what must not be lost. */
export async function fillQueues(url: string): Promise<void> {
  const redis = openRedis({ url });
  const queues = openQueues(redis, 'drill');
  for (let event = 0; event < 100; event++) {
    const eventId = `event-${event}`;
    await queues.add(
      'connection-revoked',
      [eventId],
      { eventId, orgConnectionId: 'c' },
      { delayMs: event % 2 ? 3_600_000 : 0 },
    );
  }
  await queues.schedule('re-sync', ['c'], { consentId: 'c' }, 86_400_000);
  await queues.close();
  redis.disconnect();
}
