import {
  evalFhirPathTyped,
  getSearchParameter,
  getSearchParameterDetails,
  isUUID,
  resolveId,
  toTypedValue,
} from '@medplum/core';
import type { Meta, Reference, Resource } from '@medplum/fhirtypes';
import type { Definitions } from './load-definitions.ts';

/** Who writes, and into which project. */
export interface Writer {
  readonly projectId: string;
  readonly author: Reference;
}

/**
 * The `meta` a version is stored with: the client's, but for what only the server may say.
 * @param patientAccounts accounts of the Patients that the resource is about: they win over the client's
 */
export function stampMeta(
  resource: Resource,
  writer: Writer,
  versionId: string,
  patientAccounts: readonly Reference[],
): Meta {
  const meta: Meta = {
    ...resource.meta,
    versionId,
    lastUpdated: new Date().toISOString(),
    author: writer.author as NonNullable<Meta['author']>,
    project: writer.projectId,
  };
  const [account] = patientAccounts;
  if (account) {
    meta.account = account;
    meta.accounts = [...patientAccounts];
  }
  delete meta.compartment;
  return meta;
}

/** Compartments of a resource: its project, its accounts, and the Patients it is about. */
export function compartmentsOf(resource: Resource, definitions: Definitions): Reference[] {
  const { project, accounts, account } = resource.meta ?? {};
  const references = new Set<string>();
  if (project) references.add(`Project/${project}`);
  for (const { reference } of accounts ?? (account ? [account] : [])) {
    if (reference && !reference.startsWith('Project/') && isUUID(resolveId({ reference }) ?? '')) {
      references.add(reference);
    }
  }
  for (const patient of patientsOf(resource, definitions)) references.add(patient);
  return [...references].map((reference) => ({ reference }));
}

/** `Patient/<uuid>` of every stored Patient that puts the resource into a patient compartment. */
export function patientsOf(resource: Resource, definitions: Definitions): string[] {
  const patients = new Set<string>();
  if (resource.resourceType === 'Patient' && resource.id) patients.add(`Patient/${resource.id}`);
  for (const code of definitions.patientCompartment.get(resource.resourceType) ?? []) {
    const param = getSearchParameter(resource.resourceType, code);
    if (!param) continue;
    // Reduced to this type: the whole expression is a union over sixty types, and most of the cost of a write.
    const { parsedExpression } = getSearchParameterDetails(resource.resourceType, param);
    for (const { value } of evalFhirPathTyped(parsedExpression, [toTypedValue(resource)])) {
      const reference = (value as Reference | undefined)?.reference;
      if (reference?.startsWith('Patient/') && isUUID(reference.slice('Patient/'.length))) patients.add(reference);
    }
  }
  return [...patients];
}

/** What ordinary clients do not see unless they ask with `X-Medplum: extended`. */
export function hideServerMeta(resource: Resource): void {
  if (!resource.meta) return;
  for (const field of ['author', 'project', 'account', 'compartment'] as const) delete resource.meta[field];
}
