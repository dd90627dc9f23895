import type { AccessPolicy, Patient, Practitioner, ProjectMembershipAccess } from '@medplum/fhirtypes';
import { grants, seedPolicies } from './seed-policies.ts';

/**
 * Who exists on the sandbox Medplum. Ids and secrets are public and only valid on the sandbox.
 * Every id is fixed, so that scripts, documentation and tests can name it.
 */
export interface Seed {
  readonly projects: readonly SeedProject[];
  /** AccessPolicies, of the first project. */
  readonly policies?: readonly (AccessPolicy & { readonly id: string })[];
  readonly clients: readonly SeedClient[];
  readonly users: readonly SeedUser[];
}

export interface SeedProject {
  readonly id: string;
  readonly name: string;
  /** As on a real server: a bundle of type transaction is atomic only with `transaction-bundles`. */
  readonly features: readonly string[];
  /** The server's own project: its members are super admins, who see every project. */
  readonly superAdmin?: boolean;
}

/** A ClientApplication and its membership: an ordinary client unless `admin`. */
export interface SeedClient {
  readonly id: string;
  readonly secret: string;
  /** The one before, while it is being rotated: taken as well. */
  readonly retiringSecret?: string;
  readonly name: string;
  readonly projectId: string;
  readonly membershipId: string;
  readonly admin?: boolean;
  /** As of a ProjectMembership; without any, nothing is limited. */
  readonly access?: readonly ProjectMembershipAccess[];
}

/** A person who can sign in with e-mail and password, and the FHIR profile that speaks for them. */
export interface SeedUser {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly projectId: string;
  readonly membershipId: string;
  readonly admin?: boolean;
  readonly access?: readonly ProjectMembershipAccess[];
  readonly profile: (Practitioner | Patient) & { readonly id: string };
}

const PROJECT = '0a6f4c1e-52a6-4b5d-8f39-2d1f0f6c7a01';
const PROJECT_WITHOUT_TRANSACTIONS = '0a6f4c1e-52a6-4b5d-8f39-2d1f0f6c7a02';
const SUPER_ADMIN_PROJECT = '0a6f4c1e-52a6-4b5d-8f39-2d1f0f6c7a03';
const PASSWORD = 'sandbox-password';

export const seed: Seed = {
  projects: [
    { id: PROJECT, name: 'Sandbox', features: ['transaction-bundles', 'bots', 'websocket-subscriptions'] },
    { id: PROJECT_WITHOUT_TRANSACTIONS, name: 'Sandbox without transactions', features: [] },
    { id: SUPER_ADMIN_PROJECT, name: 'Super Admin', features: [], superAdmin: true },
  ],
  policies: seedPolicies,
  clients: [
    {
      id: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d21',
      secret: 'sandbox-bridge-secret',
      name: 'Fasten bridge',
      projectId: PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b01',
      access: [grants.bridge],
    },
    {
      id: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d22',
      secret: 'sandbox-plain-secret',
      name: 'Fasten bridge of a project without transactions',
      projectId: PROJECT_WITHOUT_TRANSACTIONS,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b02',
    },
    {
      id: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d23',
      secret: 'sandbox-other-secret',
      name: 'Another ordinary client of the same project',
      projectId: PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b03',
    },
    {
      id: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d24',
      secret: 'sandbox-eraser-secret',
      name: 'Fasten bridge, for erasing',
      projectId: PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b04',
      admin: true,
    },
    {
      id: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d25',
      secret: 'sandbox-super-secret',
      name: 'Super admin of the sandbox',
      projectId: SUPER_ADMIN_PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b05',
    },
  ],
  users: [
    {
      id: '5d0c9b7a-1e2f-4a3b-8c4d-9e5f6a7b8c01',
      email: 'clinician@example.com',
      password: PASSWORD,
      projectId: PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b11',
      access: [grants.clinician],
      profile: {
        resourceType: 'Practitioner',
        id: '7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a001',
        name: [{ given: ['Dana'], family: 'Clinician' }],
        telecom: [{ system: 'email', use: 'work', value: 'clinician@example.com' }],
      },
    },
    {
      id: '5d0c9b7a-1e2f-4a3b-8c4d-9e5f6a7b8c02',
      email: 'patient@example.com',
      password: PASSWORD,
      projectId: PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b12',
      access: [grants.patient],
      profile: {
        resourceType: 'Patient',
        id: '7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a002',
        active: true,
        name: [{ given: ['Alex'], family: 'Patient' }],
        gender: 'other',
        birthDate: '1980-01-01',
        telecom: [{ system: 'email', value: 'patient@example.com' }],
      },
    },
    {
      id: '5d0c9b7a-1e2f-4a3b-8c4d-9e5f6a7b8c03',
      email: 'admin@example.com',
      password: PASSWORD,
      projectId: PROJECT,
      membershipId: '3b2d7e90-7c1a-4f6e-9b1d-5e8a4c0f1b13',
      admin: true,
      profile: {
        resourceType: 'Practitioner',
        id: '7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a003',
        name: [{ given: ['Sam'], family: 'Admin' }],
        telecom: [{ system: 'email', use: 'work', value: 'admin@example.com' }],
      },
    },
  ],
};
