import type { AccessPolicy } from '@medplum/fhirtypes';
import { bridgePolicy, clinicianPolicy, patientPolicy } from '../bridge/provision/access-policies.ts';

const PATIENT_POLICY = 'a11c0de5-0000-4000-8000-000000000001';
const CLINICIAN_POLICY = 'a11c0de5-0000-4000-8000-000000000002';
const BRIDGE_POLICY = 'a11c0de5-0000-4000-8000-000000000003';

/** A member's grant of one policy, as a ProjectMembership holds it. */
export const grants = {
  patient: { policy: { reference: `AccessPolicy/${PATIENT_POLICY}` } },
  clinician: { policy: { reference: `AccessPolicy/${CLINICIAN_POLICY}` } },
  bridge: { policy: { reference: `AccessPolicy/${BRIDGE_POLICY}` } },
} as const;

/** The policies that `npm run provision` writes into a real project, under ids that the seed can name. */
export const seedPolicies: readonly (AccessPolicy & { readonly id: string })[] = [
  { resourceType: 'AccessPolicy', id: PATIENT_POLICY, ...patientPolicy },
  { resourceType: 'AccessPolicy', id: CLINICIAN_POLICY, ...clinicianPolicy },
  { resourceType: 'AccessPolicy', id: BRIDGE_POLICY, ...bridgePolicy },
];
