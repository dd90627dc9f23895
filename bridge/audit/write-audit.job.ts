import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { AuditEvent } from '@medplum/fhirtypes';
import type { Log } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { Payload } from '../queue/specs.ts';
import { TryLater } from '../queue/try-later.ts';
import { consentGiven, consentRevoked } from './audit-consent.ts';
import { erased } from './audit-erasure.ts';
import type { BridgeName } from './audit-event.ts';
import { importRead, recordOpened, recordRead } from './audit-read.ts';
import { removed } from './audit-retention.ts';
import { bridgeName } from './bridge-name.ts';

export interface WriteAuditDeps {
  readonly medplum: Pick<MedplumClient, 'createResourceIfNoneExist' | 'getProfileAsync'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Makes the job that writes the AuditEvent of an act, once: a job that was killed finds what it has written. */
export function createAuditJob({ medplum, log, metrics }: WriteAuditDeps) {
  return {
    run: async (act: Payload<'audit'>): Promise<void> => {
      const event = eventOf(act, await bridgeName(medplum));
      await medplum.createResourceIfNoneExist(event, queryOf(event)).catch((error: unknown) => {
        // Two conditional creates met in the server's database.
        const isCollision = error instanceof OperationOutcomeError && getStatus(error.outcome) === 409;
        throw isCollision ? new TryLater(200 + Math.random() * 1_000, 'collision') : error;
      });
    },
    gaveUp: async ({ what }: Payload<'audit'>, { code }: { readonly code: string }): Promise<void> => {
      metrics.auditsLost.inc({ what });
      log.error('audit.lost', { code: what, reason: code });
    },
  };
}

function eventOf(act: Payload<'audit'>, bridge: BridgeName): AuditEvent {
  switch (act.what) {
    case 'consent-given':
      return consentGiven(act, bridge);
    case 'consent-revoked':
      return consentRevoked(act, bridge);
    case 'erased':
      return erased(act, bridge);
    case 'removed':
      return removed(act, bridge);
    case 'record-read':
      return recordRead(act, bridge);
    case 'record-opened':
      return recordOpened(act, bridge);
    case 'ledger-read':
      return importRead(act, bridge);
  }
}

/** No two events have the same time to the millisecond, interaction and objects. */
function queryOf({ recorded, subtype = [], entity = [] }: AuditEvent): string {
  const query = new URLSearchParams({ date: recorded, subtype: subtype[0]?.code ?? '' });
  const [about] = entity.flatMap(({ what }) => what?.reference ?? []).slice(-1);
  if (about) query.set('entity', about);
  return query.toString();
}
