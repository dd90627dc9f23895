import type { NextStep } from '../contract/import-status.ts';

const MINUTE_MS = 60 * 1000;
const HOUR_MS = 60 * MINUTE_MS;

/** What is done about an export that failed at Fasten. */
export interface FailureClass {
  /** For support; without PHI. */
  readonly text: string;
  /** Waits before the exports that are asked for instead, one after the other; none where another would fail the same way. */
  readonly retryAfterMs: readonly number[];
  /** When these have failed too. */
  readonly endsIn: Exclude<NextStep, 'retry'>;
}

/**
 * Fasten's reasons as of 2026-08 and what its open code says they come from. The list grows.
 * Source: docs.connect.fastenhealth.com/webhooks/events and fastenhealth/fasten-sources.
 */
const CLASSES: Readonly<Record<string, FailureClass>> = {
  token_refresh_failure: {
    // A network fault at Fasten has this name too.
    text: 'Fasten could not renew the access; the patient should reconnect',
    retryAfterMs: [30 * MINUTE_MS, 4 * HOUR_MS],
    endsIn: 'reconnect',
  },
  scope_patient_missing: {
    text: 'the patient did not share their demographics; they should reconnect',
    retryAfterMs: [],
    endsIn: 'reconnect',
  },
  resource_patient_failure: {
    text: 'Fasten could not read the Patient at the health system',
    retryAfterMs: [10 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS],
    endsIn: 'support',
  },
  resource_invalid_content: {
    text: 'Fasten could not read what the health system sent',
    retryAfterMs: [],
    endsIn: 'support',
  },
  tefca_no_documents_found: {
    text: 'no documents were found for the patient',
    retryAfterMs: [],
    endsIn: 'nothing-found',
  },
  suppressed_please_contact: {
    // Time-outs hide behind it.
    text: 'Fasten hides the reason; ask its support with the export id',
    retryAfterMs: [HOUR_MS, 6 * HOUR_MS, 25 * HOUR_MS],
    endsIn: 'support',
  },
};

const UNKNOWN: FailureClass = {
  text: 'Fasten gave a reason that is not known',
  retryAfterMs: [HOUR_MS, 6 * HOUR_MS, 25 * HOUR_MS],
  endsIn: 'support',
};

/**
 * @param reason - Fasten's `failure_reason`; what is not known may be free text and is not passed on.
 * @returns Its class, and the code that may be kept.
 */
export function classifyFailure(reason: string): FailureClass & { readonly code: string } {
  const known = Object.hasOwn(CLASSES, reason) ? CLASSES[reason] : undefined;
  return known === undefined ? { ...UNKNOWN, code: 'unknown-reason' } : { ...known, code: reason };
}
