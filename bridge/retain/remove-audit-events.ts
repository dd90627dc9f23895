import type { MedplumClient } from '@medplum/core';
import type { Audit } from '../audit/audit.ts';
import { retryRead } from '../medplum/client/retry-read.ts';

export interface RemoveAuditDeps {
  readonly admin: MedplumClient | undefined;
  readonly ownReference: string;
  readonly ages: { readonly auditEventMs: number };
  readonly audit: Audit;
  readonly now: () => number;
}

const PAGE = 100;
const YEAR_MS = 365.25 * 24 * 3600 * 1000;
/** 45 CFR 164.316(b)(2)(i): what documents actions is kept for six years. */
const LEAST_MS = 6 * YEAR_MS;

/** How to find the bridge's own AuditEvents of this age. */
export function agedAuditEvents({
  ownReference,
  ages,
  now,
}: Omit<RemoveAuditDeps, 'admin' | 'audit'>): URLSearchParams {
  const youngest = new Date(now() - Math.max(ages.auditEventMs, LEAST_MS));
  return new URLSearchParams({ source: ownReference, date: `lt${youngest.toISOString()}`, _fields: 'id' });
}

/**
 * Removes the bridge's own AuditEvents of the age; those of others are theirs. Only an administrator's client may: the
 * bridge's own should have no right to delete what watches it.
 *
 * @returns How many.
 */
export async function removeAuditEvents(deps: RemoveAuditDeps, signal: AbortSignal): Promise<number> {
  const { admin, audit, now } = deps;
  if (!admin) return 0;
  const query = agedAuditEvents(deps);
  query.set('_count', `${PAGE}`);
  for (let count = 0; ; ) {
    signal.throwIfAborted();
    const page = await retryRead(() => admin.searchResources('AuditEvent', query, { cache: 'reload' }));
    if (page.length === 0) return count;
    audit({ what: 'removed', kind: 'audit-events', count: page.length }, ['audit-events', `${now()}`, `${count}`]);
    for (const { id } of page) await admin.post(admin.fhirUrl('AuditEvent', id, '$expunge'), {});
    count += page.length;
  }
}
