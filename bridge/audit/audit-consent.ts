import type { AuditEvent } from '@medplum/fhirtypes';
import {
  aboutPatient,
  aboutResource,
  asker,
  auditEvent,
  type BridgeName,
  CLIENT_OF_API,
  system,
} from './audit-event.ts';

/** A change of what a patient agreed to. */
export interface ConsentAct {
  readonly at: string;
  /** Whoever did it; undefined when nobody asked us: Fasten told of it, or its time had come. */
  readonly who?: string | undefined;
  readonly patient?: string | undefined;
  /** `Consent/<id>`. */
  readonly consent: string;
}

/** Somebody let a health system's records come in (BALP: create, with a patient). */
export function consentGiven(act: ConsentAct, bridge: BridgeName): AuditEvent {
  return consentChanged(act, 'create', bridge);
}

/** They no longer come in (BALP: update, with a patient). */
export function consentRevoked(act: ConsentAct, bridge: BridgeName): AuditEvent {
  return consentChanged(act, 'update', bridge);
}

function consentChanged(
  { at, who, patient, consent }: ConsentAct,
  interaction: 'create' | 'update',
  bridge: BridgeName,
): AuditEvent {
  const agents = [system('source', CLIENT_OF_API), system('destination', bridge, !who), ...asker(who, 'AUT')];
  return auditEvent({ recorded: at, interaction, bridge }, agents, [aboutPatient(patient), aboutResource(consent)]);
}
