import type { AuditEvent } from '@medplum/fhirtypes';
import { aboutJob, aboutPatient, auditEvent, type BridgeName, system } from './audit-event.ts';

/** The end of an import. */
export interface ImportAct {
  readonly at: string;
  /** Undefined for a file of several patients. */
  readonly patient?: string | undefined;
  /** `Task/<id>`. */
  readonly task: string;
}

/** By which the event of an import is found. */
export const IMPORT_SUBTYPE = {
  system: 'http://dicom.nema.org/resources/ontology/DCM',
  code: '110107',
  display: 'Import',
} as const;

/** A record was loaded (BALP: create, with a patient; DICOM's code says that it was an import). */
export function imported({ at, patient, task }: ImportAct, bridge: BridgeName): AuditEvent {
  const head = { recorded: at, interaction: 'transaction', bridge } as const;
  const event = auditEvent(head, [system('destination', bridge, true)], [aboutPatient(patient), aboutJob(task)]);
  return { ...event, subtype: [...(event.subtype ?? []), IMPORT_SUBTYPE] };
}
