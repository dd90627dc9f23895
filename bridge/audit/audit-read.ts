import type { AuditEvent } from '@medplum/fhirtypes';
import {
  aboutJob,
  aboutPatient,
  aboutRequest,
  asker,
  auditEvent,
  type BridgeName,
  CLIENT_OF_API,
  system,
} from './audit-event.ts';

/** The page of a record, which reads Medplum with the reader's own token. */
const RECORD_PAGE = { display: 'Record page of the Fasten-Medplum bridge' };

interface Read {
  readonly at: string;
  /** Who read: `Practitioner/<id>`. */
  readonly who: string;
  /** Of whom. */
  readonly patient?: string | undefined;
  readonly requestId?: string | undefined;
}

/** The record page was opened: what it reads then comes from Medplum, which writes no AuditEvent of it. */
export type RecordOpened = Read;

/** A category of a record, or all of it. */
export interface RecordRead extends Read {
  readonly category: string;
}

/** An import's ledger, or one line of its export. */
export interface ImportRead extends Read {
  /** `Task/<id>`. */
  readonly task: string;
  /** 1-based. */
  readonly line?: number | undefined;
}

/** Somebody read a record by category (BALP: query, with a patient). What was asked for is a name of ours, in base64. */
export function recordRead({ at, who, patient, requestId, category }: RecordRead, bridge: BridgeName): AuditEvent {
  const agents = [system('source', CLIENT_OF_API), system('destination', bridge), ...asker(who, 'IRCP')];
  const query = {
    type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '2' },
    role: { system: 'http://terminology.hl7.org/CodeSystem/object-role', code: '24' },
    query: Buffer.from(`data/${category}`).toString('base64'),
  };
  const head = { recorded: at, interaction: 'search', bridge } as const;
  return auditEvent(head, agents, [aboutPatient(patient), query, aboutRequest(requestId)]);
}

/** Somebody opened a record in the page (BALP: read, with a patient). Once for a viewing, whatever is looked at in it. */
export function recordOpened({ at, who, patient, requestId }: RecordOpened, bridge: BridgeName): AuditEvent {
  const agents = [system('source', { display: 'Medplum' }), system('destination', RECORD_PAGE), ...asker(who, 'IRCP')];
  const head = { recorded: at, interaction: 'read', bridge } as const;
  return auditEvent(head, agents, [aboutPatient(patient), aboutRequest(requestId)]);
}

/** Somebody read what became of an export, or a line of it (BALP: read, with a patient). */
export function importRead({ at, who, patient, requestId, task, line }: ImportRead, bridge: BridgeName): AuditEvent {
  const agents = [system('destination', CLIENT_OF_API), system('source', bridge), ...asker(who, 'IRCP')];
  const told = line === undefined ? {} : { detail: [{ type: 'line', valueString: `${line}` }] };
  const head = { recorded: at, interaction: 'read', bridge } as const;
  return auditEvent(head, agents, [aboutPatient(patient), { ...aboutJob(task), ...told }, aboutRequest(requestId)]);
}
