import type { FastenFault } from '../faults/fault-kinds.ts';
import type { GeneratorOptions } from '../generator/generate-export.ts';
import type { PersonaChoice } from '../personas/persona-pieces.ts';
import type { Chaos } from './chaos.ts';

/** One patient's authorisation of one portal, in our words; `read-bridge.ts` and `webhook-events.ts` turn it into Fasten's. */
export interface OrgConnection {
  readonly orgConnectionId: string;
  readonly externalId?: string;
  readonly externalState?: string;
  readonly platformType: string;
  /** Catalog ids; absent in TEFCA mode. */
  readonly brandId?: string;
  readonly portalId?: string;
  readonly endpointId?: string;
  readonly tefcaDirectoryId?: string;
  readonly scope?: string;
  readonly consentExpiresAt?: string;
  readonly requestId: string;
  status: 'authorized' | 'revoked' | 'refreshing';
  /** The record behind the portal: a file as it is, that of a persona, or what the generator makes of these options. */
  readonly source: { readonly file: string } | { readonly persona: PersonaChoice | GeneratorOptions };
  /** Since when that is the record: an export from before does not answer for it. Absent: it always was. */
  readonly recordSinceMs?: number;
  /** Of the synthetic person whose identity was proven, when it was made through TEFCA. */
  readonly vaultEmail?: string;
  /** When set, every export of this connection fails with this `failure_reason`. */
  readonly failWith?: string;
}

/** Every `failure_reason` that Fasten documents; it may grow, so that a connection can be given any other text too. */
export const FAILURE_REASONS = [
  'token_refresh_failure',
  'scope_patient_missing',
  'resource_patient_failure',
  'resource_invalid_content',
  'tefca_no_documents_found',
  'suppressed_please_contact',
] as const;

export interface ExportStats {
  readonly totalResources: number;
  readonly totalByResourceType: Readonly<Record<string, number>>;
}

/** One EHI export. */
export interface ExportTask {
  readonly taskId: string;
  readonly orgConnectionId: string;
  /** `fixtures.tefca_ccda` of the request: the document that stands for the record. */
  readonly fixture?: string;
  readonly createdAtMs: number;
  /** When it leaves `pending`; a restart of the process does not change that. */
  readonly dueAtMs: number;
  status: 'pending' | 'success' | 'failed';
  failureReason?: string;
  file?: {
    readonly fileId: string;
    readonly path: string;
    readonly readyAtMs: number;
    /** `jsonl` when absent. */
    readonly format?: Chaos['format'];
  };
  stats?: ExportStats;
}

export interface DeliveryAttempt {
  readonly atMs: number;
  /** HTTP status of the receiver, or why there is none. */
  readonly outcome: number | string;
  /** How often it was delivered at once; once when absent. */
  readonly copies?: number;
}

/** A delivery that came beside a true one, by the fault that sent it. */
export interface ForgedAttempt {
  readonly fault: FastenFault;
  readonly outcome: number | string;
}

/** One event on its way to the webhook: the same id in every attempt. */
export interface Delivery {
  readonly eventId: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly attempts: DeliveryAttempt[];
  /** Absent: there was none. */
  forged?: ForgedAttempt[];
  state: 'pending' | 'delivered' | 'failed';
  /** When the next attempt is due; absent when there is none. */
  nextAttemptAtMs?: number;
}

export interface WebhookSettings {
  readonly url?: string;
  readonly secret: string;
  /** Fasten sends `patient.connection_success` and `patient.authorization_revoked` only when this is switched on. */
  readonly connectionEvents: boolean;
  /** After so many events in a row that nobody took, the endpoint is disabled; 0 or nothing: never. Fasten's number is not known. */
  readonly disableAfter?: number;
  /** Events in a row that nobody took. */
  readonly failedInARow?: number;
  /** Since when nothing is sent; until somebody enables it by hand. */
  readonly disabledAtMs?: number;
}

/** Everything that has to survive a restart of the simulator. */
export interface FastenState {
  readonly signingKey: string;
  webhook: WebhookSettings;
  readonly connections: OrgConnection[];
  readonly tasks: ExportTask[];
  readonly deliveries: Delivery[];
}
