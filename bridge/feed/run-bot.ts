import { setTimeout as wait } from 'node:timers/promises';
import { getStatus, type MedplumClient, OperationOutcomeError, type WithId } from '@medplum/core';
import type { AuditEvent, Resource } from '@medplum/fhirtypes';
import { TryLater } from '../queue/try-later.ts';

/** Before a bot that failed is run with the same resource again: two runs may have been in each other's way (409). */
const RETRY_AFTER_MS = [1_000, 5_000];

const QUOTA_MS = 60_000;

/**
 * Runs a bot with a resource as a Subscription would, and waits for its end. What the bot throws stands in its AuditEvent;
 * it is not read here, since it may quote the record.
 *
 * @returns False for a bot that failed each time.
 * @throws LostReplyError when nobody knows whether it ran; TryLater when the server's quota is used up.
 */
export async function runBot(
  medplum: Pick<MedplumClient, 'executeBot'>,
  botId: string,
  resource: Resource,
  signal: AbortSignal,
): Promise<boolean> {
  for (const pauseMs of [...RETRY_AFTER_MS, undefined]) {
    try {
      await medplum.executeBot(botId, resource, 'application/fhir+json');
      return true;
    } catch (error) {
      if (!(error instanceof OperationOutcomeError)) throw error;
      if (getStatus(error.outcome) === 429) throw new TryLater(QUOTA_MS, 'quota');
      if (pauseMs !== undefined) await wait(pauseMs, undefined, { signal });
    }
  }
  return false;
}

/**
 * Whether a bot has run with a resource since an instant: the server records each run as an AuditEvent, when it ends. False
 * also where that record cannot be read, or is switched off for this bot.
 *
 * @param since - Milliseconds since 1970, by the server's clock.
 */
export async function hasRun(
  medplum: Pick<MedplumClient, 'searchResources'>,
  botId: string,
  { resourceType, id }: WithId<Resource>,
  since: number,
): Promise<boolean> {
  const query = { entity: `${resourceType}/${id}`, _sort: '-_lastUpdated', _count: '100' };
  const isOfThis = ({ type, source, recorded }: AuditEvent): boolean => {
    const isRun = type.code === 'execute' && source.observer.reference === `Bot/${botId}`;
    return isRun && Date.parse(recorded) >= since;
  };
  try {
    return (await medplum.searchResources('AuditEvent', query, { cache: 'reload' })).some(isOfThis);
  } catch (error) {
    if (error instanceof OperationOutcomeError) return false;
    throw error;
  }
}
