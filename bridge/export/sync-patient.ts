import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { orgConnectionIdOf } from '../contract/connection.ts';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '../contract/identifiers.ts';
import type { SyncAnswer, SyncOutcome } from '../contract/sync.ts';
import type { Caller } from '../medplum/callers.ts';
import { searchConnections } from '../medplum/search-connections.ts';
import type { AddJob } from '../queue/specs.ts';
import { listHeld } from './list-imports.ts';
import { nextExport } from './next-export.ts';

const TEXTS: Readonly<Record<SyncOutcome, string>> = {
  requested: 'A new export was asked for; it takes minutes to half an hour.',
  'too-early': 'Fasten keeps an export for 24 hours and would only repeat it. Ask again later.',
  'under-way': 'An export of this connection is under way.',
  'on-hold': 'What came last is not loaded yet: a member of staff first makes sure whose records they are.',
  'not-active': 'This connection has ended; connect the health system again.',
};

const HOUR_MS = 60 * 60 * 1000;

export interface SyncDeps {
  /** The bridge's own client: it sees what is on hold, which names no Patient. */
  readonly medplum: Pick<MedplumClient, 'searchResources'>;
  readonly addJob: AddJob;
}

/**
 * Asks for a new export of every connection of a Patient for which it would bring anything new, and says of each what
 * became of it.
 *
 * @param caller - Their token decides which connections there are.
 * @throws HttpError 404 for a Patient that the caller does not see.
 */
export async function syncPatient(
  { medplum, addJob }: SyncDeps,
  caller: Caller,
  patientId: string,
): Promise<SyncAnswer> {
  const consents = await searchConnections(caller, patientId);
  const tasks = await caller.search('Task', {
    code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
    focus: consents.map(({ id }) => `Consent/${id}`).join(',') || 'Consent/none',
    _count: '1000',
    _sort: '-_lastUpdated',
  });
  const held = await listHeld(
    medplum,
    consents.flatMap((consent) => orgConnectionIdOf(consent) ?? []),
  );
  const now = new Date();
  const connections: SyncAnswer['connections'] = [];
  for (const consent of consents) {
    const [consentId, orgConnectionId] = [consent.id, orgConnectionIdOf(consent) ?? ''];
    const latest = newestOf(tasks.filter(({ focus }) => focus?.reference === `Consent/${consentId}`));
    const next = nextExport(consent, held.get(orgConnectionId) ?? latest, now);
    if (next.outcome === 'requested') {
      // Two clicks are one wish; an hour later it may be another one, whatever came of the first.
      const hour = Math.floor(now.getTime() / HOUR_MS);
      await addJob('export-request', [consentId, latest?.id ?? '', `${hour}`], { consentId, orgConnectionId });
    }
    connections.push({ consentId, orgConnectionId, ...next, text: TEXTS[next.outcome] });
  }
  return { connections };
}

function newestOf(tasks: readonly Task[]): Task | undefined {
  return tasks.toSorted((a, b) => Date.parse(b.authoredOn ?? '') - Date.parse(a.authoredOn ?? ''))[0];
}
