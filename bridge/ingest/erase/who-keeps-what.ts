import type { Meta, Resource } from '@medplum/fhirtypes';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  ERASURE_TASK_CODE,
  IMPORT_TASK_CODE,
  LANE_CODE,
  ORG_CONNECTION_SYSTEM,
} from '../../contract/identifiers.ts';
import { overriddenOf } from '../shape/shape-meta.ts';

/** People, as the server names them when they write. */
const PERSON = /^(Practitioner|PractitionerRole|Patient|RelatedPerson|Person)\//;

/** True for a reference to a person rather than to a bot, a client or a device. */
export function isPerson(reference: string | undefined): boolean {
  return PERSON.test(reference ?? '');
}

/** Whether a person wrote this version, as the server tells (`X-Medplum: extended`). */
export function isByHand({ meta }: Resource): boolean {
  return isPerson(meta?.author?.reference);
}

/** Whether somebody edited a loaded resource here: its version is a person's, or carries values of theirs. */
export function isEdited(resource: Resource): boolean {
  return isByHand(resource) || overriddenOf(resource.meta) !== undefined;
}

/** Whether a resource carries the tag of this namespace. */
export function isOf(namespace: string, { meta }: Resource): boolean {
  return namespacesOf(meta).includes(namespace);
}

/** Whether a resource was loaded under another namespace. */
export function isOfAnother(namespace: string, { meta }: Resource): boolean {
  return namespacesOf(meta).some((code) => code !== namespace);
}

/** The Task of an import. */
export function isImport(resource: Resource): boolean {
  return resource.resourceType === 'Task' && hasCode(resource.code?.coding, IMPORT_TASK_CODE);
}

/** What the bridge itself keeps its books in: connections, imports, receipts and lanes are no records. */
export function isBook(resource: Resource): boolean {
  switch (resource.resourceType) {
    case 'Task':
      return isImport(resource) || hasCode(resource.code?.coding, ERASURE_TASK_CODE);
    case 'Basic':
      return hasCode(resource.code?.coding, LANE_CODE);
    case 'Consent':
      return resource.category.some(({ coding }) => hasCode(coding, CONNECTION_CONSENT_CODE));
    default:
      return false;
  }
}

function namespacesOf(meta: Meta | undefined): string[] {
  return (meta?.tag ?? []).flatMap(({ system, code }) => (system === ORG_CONNECTION_SYSTEM && code ? [code] : []));
}

function hasCode(coding: readonly { system?: string; code?: string }[] = [], wanted: string): boolean {
  return coding.some(({ system, code }) => system === BRIDGE_CODE_SYSTEM && code === wanted);
}
