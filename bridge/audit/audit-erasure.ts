import type { AuditEvent } from '@medplum/fhirtypes';
import {
  aboutJob,
  aboutPatient,
  aboutResource,
  asker,
  auditEvent,
  type BridgeName,
  CLIENT_OF_API,
  system,
} from './audit-event.ts';

/** The end of an erasure. */
export interface ErasureAct {
  readonly at: string;
  readonly who?: string | undefined;
  readonly patient?: string | undefined;
  /** `Consent/<id>`. */
  readonly consent: string;
  /** The receipt: `Task/<id>`. */
  readonly task: string;
  readonly isDone: boolean;
}

/** What came in through a connection was erased, or could not be (BALP: delete, with a patient). */
export function erased({ at, who, patient, consent, task, isDone }: ErasureAct, bridge: BridgeName): AuditEvent {
  const agents = [system('source', CLIENT_OF_API), system('destination', bridge, !who), ...asker(who, 'AUT')];
  const head = { recorded: at, interaction: 'delete', bridge, outcome: isDone ? '0' : '8' } as const;
  return auditEvent(head, agents, [aboutPatient(patient), aboutResource(consent), aboutJob(task)]);
}
