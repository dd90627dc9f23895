import type { FastenEvent } from '../fasten/read-event.ts';
import type { AddJob } from '../queue/specs.ts';

export type Queued = 'added' | 'known' | 'retried' | 'nothing-to-do';

/**
 * Puts what an event asks for on its queue; when this returns, Redis has it.
 *
 * @param addJob - See `openQueues`; the event's id is the key, so its second delivery does nothing.
 * @param event - A verified event of our own mode.
 * @param eventId - The body's id, or the delivery's where the body has none.
 */
export async function queueEvent(addJob: AddJob, event: FastenEvent, eventId: string): Promise<Queued> {
  switch (event.kind) {
    case 'export-ready': {
      const { orgConnectionId, exportId, announced } = event;
      const files = event.files.map(({ exportId, fileId, format }) => ({ exportId, fileId, format }));
      const refusedLinks = event.refusedHosts.length;
      const payload = { eventId, orgConnectionId, exportId, files, refusedLinks, announced: { ...announced } };
      return addJob('export-ready', [eventId], payload);
    }
    case 'export-failed': {
      const { orgConnectionId, exportId, reason } = event;
      return addJob('export-failed', [eventId], { eventId, orgConnectionId, exportId, reason });
    }
    case 'connection-made': {
      const { orgConnectionId, stateDigest, attemptId } = event;
      return addJob('connection-made', [eventId], { eventId, orgConnectionId, stateDigest, attemptId });
    }
    case 'connection-revoked':
      return addJob('connection-revoked', [eventId], { eventId, orgConnectionId: event.orgConnectionId });
    default:
      return 'nothing-to-do';
  }
}
