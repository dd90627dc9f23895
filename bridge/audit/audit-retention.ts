import type { AuditEvent } from '@medplum/fhirtypes';
import { type KeptKind, retentionText } from '../contract/retention-text.ts';
import { aboutJob, aboutPatient, auditEvent, type BridgeName, system } from './audit-event.ts';

/** Something was removed because it had the age until which it is kept. */
export interface RemovalAct {
  readonly at: string;
  readonly patient?: string | undefined;
  readonly kind: KeptKind;
  /** `Task/<id>` of the import that it belonged to. */
  readonly task?: string | undefined;
  readonly count: number;
}

const RETENTION = { display: 'Retention of the Fasten-Medplum bridge' };

/** Nobody asked the bridge to (BALP: delete; with a patient where it was one's). */
export function removed({ at, patient, kind, task, count }: RemovalAct, bridge: BridgeName): AuditEvent {
  const head = { recorded: at, interaction: 'delete', bridge } as const;
  const event = auditEvent(
    head,
    [system('source', RETENTION), system('destination', bridge, true)],
    [aboutPatient(patient), aboutJob(task)],
  );
  return { ...event, outcomeDesc: retentionText(kind, count) };
}
