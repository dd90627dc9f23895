import type { Task } from '@medplum/fhirtypes';
import { namespaceFromConsent, orgConnectionIdOf } from '../contract/connection.ts';
import { HttpError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import { assertMayErase } from './assert-may-erase.ts';
import { type EndConsentDeps, endConsent } from './end-consent.ts';

/** Queues the erasure of an ended connection and gives its receipt; see `requestErasure` in the room erase. */
export type RequestErasure = (ended: StoredConsent, profile: string) => Promise<Task>;

export interface EraseConnectionsDeps extends EndConsentDeps {
  readonly requestErasure: RequestErasure;
}

/**
 * Ends one connection of a Patient, or all; see `endConsent`. Fasten has no call to revoke: the authorization there ends in
 * the health system's portal, or with Fasten's support.
 *
 * @param connectionId - `consentId` or `orgConnectionId`; all connections when absent.
 * @returns The connections that were meant, as they are now.
 * @throws HttpError 404 for a Patient or a connection that the caller does not see.
 */
export async function endConnections(
  deps: EndConsentDeps,
  caller: Caller,
  patientId: string,
  connectionId: string | undefined,
): Promise<StoredConsent[]> {
  const { meant } = await findMeant(caller, patientId, connectionId);
  return Promise.all(meant.map((consent) => endConsent(deps, consent, caller.profile)));
}

/** What has ended, and the receipts of what is erased: one for each namespace. */
export interface EndedForGood {
  readonly consents: readonly StoredConsent[];
  readonly receipts: readonly Task[];
}

/**
 * Ends connections as {@link endConnections} does, and has erased what came in through them. The records of one portal that
 * was connected several times are one, so all its connections end with the one that is named.
 *
 * @throws HttpError 403 for whoever may not erase one of them: then nothing ends.
 */
export async function eraseConnections(
  deps: EraseConnectionsDeps,
  caller: Caller,
  patientId: string,
  connectionId: string | undefined,
): Promise<EndedForGood> {
  const { meant, all } = await findMeant(caller, patientId, connectionId);
  const named = new Map(meant.toReversed().map((consent) => [namespaceFromConsent(consent), consent.id]));
  const lineages = all.filter((consent) => named.has(namespaceFromConsent(consent)));
  for (const consent of lineages) await assertMayErase(caller, consent);
  const consents = await Promise.all(lineages.map((consent) => endConsent(deps, consent, caller.profile)));
  const ids = new Set(named.values());
  const receipts = consents
    .filter(({ id }) => ids.has(id))
    .map((consent) => deps.requestErasure(consent, caller.profile));
  return { consents, receipts: await Promise.all(receipts) };
}

async function findMeant(caller: Caller, patientId: string, connectionId: string | undefined) {
  const all = await searchConnections(caller, patientId);
  const meant = all.filter((consent) => {
    return connectionId === undefined || connectionId === consent.id || connectionId === orgConnectionIdOf(consent);
  });
  if (connectionId !== undefined && meant.length === 0) {
    throw new HttpError(404, 'not-found', 'there is no such connection, or it is not yours to see');
  }
  return { meant, all };
}
