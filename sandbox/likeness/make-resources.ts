import { randomUUID } from 'node:crypto';
import type { BundleEntry, Observation, Patient } from '@medplum/fhirtypes';
import type { World } from './open-world.ts';

/** A source of this run that nothing else has. */
export function newSource({ run }: World): string {
  return `urn:${run}:${randomUUID()}`;
}

export function patientOf(source: string, more: Partial<Patient> = {}): Patient {
  return { resourceType: 'Patient', ...more, meta: { ...more.meta, source } };
}

export function observationOf(reference: string | undefined, more: Partial<Observation> = {}): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'Pulse' },
    ...(reference !== undefined && { subject: { reference } }),
    ...more,
  };
}

/** A resource that is refused wherever it goes. */
export const invalidPatient = { resourceType: 'Patient', birthDate: 'yesterday' } as Patient;

/** A conditional create of a Patient by its source. */
export function createOnce(source: string, fullUrl?: string): BundleEntry {
  return {
    ...(fullUrl && { fullUrl }),
    request: { method: 'POST', url: 'Patient', ifNoneExist: `_source=${source}` },
    resource: patientOf(source),
  };
}

export function newUrn(): string {
  return `urn:uuid:${randomUUID()}`;
}
