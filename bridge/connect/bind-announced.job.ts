import { HttpError } from '../errors.ts';
import { findConnection } from '../medplum/find-connection.ts';
import type { Payload } from '../queue/specs.ts';
import { findAnnouncedAttempt } from './attempt.ts';
import { bindAttempt } from './complete-attempt.ts';
import type { CompleteDeps } from './complete-connection.ts';

/**
 * Makes the job that binds a connection because Fasten's own event says which attempt it ends: the patient may have closed
 * the tab before the page could. It does what `POST connections/complete` does, with the same checks, and the two may race.
 */
export function createBindAnnouncedJob(deps: CompleteDeps) {
  return async (announced: Payload<'connection-made'>): Promise<void> => {
    try {
      await bind(deps, announced);
    } catch (error) {
      // What is refused stays so; everything else (Fasten or Medplum cannot be asked) is worth another try.
      if (!(error instanceof HttpError) || error.status >= 500) throw error;
      deps.log.warn('connection.refused', { eventId: announced.eventId, status: error.status, code: error.issueCode });
    }
  };
}

async function bind(deps: CompleteDeps, { orgConnectionId, ...names }: Payload<'connection-made'>): Promise<void> {
  const attempt = await findAnnouncedAttempt(deps.medplum, names, new Date());
  const known = await findConnection(deps.medplum, orgConnectionId);
  if (known !== undefined && known.id !== attempt.id && known.status !== 'active') {
    throw new HttpError(422, 'business-rule', 'this connection was ended after the attempt that made it');
  }
  await bindAttempt(deps, attempt, attempt.performer?.[0]?.reference ?? '', [orgConnectionId]);
}
