import { globalSchema } from '@medplum/core';
import type { CapabilityStatement, CapabilityStatementRestResource } from '@medplum/fhirtypes';

const INTERACTIONS = [
  'read',
  'vread',
  'update',
  'patch',
  'delete',
  'history-instance',
  'create',
  'search-type',
] as const;

/** `GET /fhir/R4/metadata`. Like the real server it claims transactions whether a project has them or not. */
export function capabilityStatement(fhirBase: string): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2025-01-01T00:00:00.000Z',
    kind: 'instance',
    fhirVersion: '4.0.1',
    format: ['json'],
    software: { name: 'Sandbox Medplum' },
    implementation: { description: 'A small Medplum-compatible server for development', url: fhirBase },
    rest: [
      {
        mode: 'server',
        resource: resourceTypes().map(describeType),
        interaction: [{ code: 'transaction' }, { code: 'batch' }],
      },
    ],
  };
}

function resourceTypes(): string[] {
  return Object.keys(globalSchema.types).filter((type) => globalSchema.types[type]?.searchParams);
}

function describeType(type: string): CapabilityStatementRestResource {
  const params = Object.values(globalSchema.types[type]?.searchParams ?? {});
  return {
    type: type as CapabilityStatementRestResource['type'] & string,
    interaction: INTERACTIONS.map((code) => ({ code })),
    versioning: 'versioned',
    readHistory: true,
    updateCreate: false,
    conditionalCreate: true,
    conditionalUpdate: true,
    conditionalDelete: 'single',
    searchParam: params.map(({ code, type: kind }) => ({ name: code, type: kind })),
  };
}
