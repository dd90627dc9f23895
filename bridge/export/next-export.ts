import type { Consent, Task } from '@medplum/fhirtypes';
import type { SyncOutcome } from '../contract/sync.ts';

/**
 * Fasten answers with the same export for 24 hours from when it read the record, which is some time after it was asked:
 * asked earlier it would bring nothing new. Source: docs.connect.fastenhealth.com/guides/caching-strategy.
 */
const EXPORT_KEPT_MS = 25 * 60 * 60 * 1000;

/** Longer than any export takes; a Task that still waits then has lost its webhook, and asking again brings it back. */
const STRANDED_MS = 6 * 60 * 60 * 1000;

export interface NextExport {
  readonly outcome: SyncOutcome;
  /** FHIR instant; only of `too-early`. */
  readonly availableAt?: string;
}

/**
 * Whether a connection may be exported again now.
 *
 * @param consent - The connection.
 * @param latest - The Task of its newest export, or of one that is on hold, if there is one. One that failed brought nothing,
 *   so it does not count.
 */
export function nextExport(consent: Consent, latest: Task | undefined, now: Date): NextExport {
  if (consent.status !== 'active') return { outcome: 'not-active' };
  if (latest === undefined || latest.status === 'failed' || latest.status === 'cancelled')
    return { outcome: 'requested' };
  const askedMs = Date.parse(latest.authoredOn ?? '') || 0;
  if (latest.status === 'on-hold') return { outcome: 'on-hold' };
  if (latest.status === 'in-progress') return { outcome: 'under-way' };
  if (latest.status === 'requested') {
    return { outcome: now.getTime() - askedMs > STRANDED_MS ? 'requested' : 'under-way' };
  }
  const available = new Date(askedMs + EXPORT_KEPT_MS);
  return available > now ? { outcome: 'too-early', availableAt: available.toISOString() } : { outcome: 'requested' };
}
