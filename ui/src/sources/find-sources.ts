import { connectionFromConsent, namespaceFromConsent } from '@fasten-medplum/bridge/contract/connection';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_CONSENT_CODE,
  IMPORT_TASK_CODE,
  ORG_CONNECTION_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Consent, Organization, Patient, Resource, Task } from '@medplum/fhirtypes';
import { type Attention, findAttention } from './find-attention.ts';
import { type NamedSource, type NameHints, nameSources } from './source-names.ts';

/** Where the records of one patient come from. */
export interface PatientSources {
  readonly sources: readonly NamedSource[];
  /** The import that was changed last. */
  readonly lastImport: Task | undefined;
  readonly attention: readonly Attention[];
}

/** Of all patients of a page; each is newest first and bounded, which is enough to tell what stands now. */
interface Found {
  readonly tasks: readonly Task[];
  readonly held: readonly Task[];
  readonly consents: readonly Consent[];
  /** The sources' own Patients, and the organisations that keep them. */
  readonly people: readonly Resource[];
}

const FRESH = { cache: 'reload' } as const;

/** Looks up the sources of some Patients at once: four searches, however many patients. */
export async function findSources(
  medplum: MedplumClient,
  patients: readonly WithId<Patient>[],
): Promise<Map<string, PatientSources>> {
  if (patients.length === 0) return new Map();
  const references = patients.map(({ id }) => `Patient/${id}`).join(',');
  const imports = { code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`, _sort: '-_lastUpdated', _count: 200 };
  const category = `${BRIDGE_CODE_SYSTEM}|${CONNECTION_CONSENT_CODE}`;
  const [tasks, held, consents, people] = await Promise.all([
    medplum.searchResources('Task', { ...imports, patient: references }, FRESH),
    medplum.searchResources('Task', { ...imports, status: 'on-hold' }, FRESH),
    medplum.searchResources('Consent', { category, patient: references, _sort: '-_lastUpdated', _count: 200 }, FRESH),
    medplum.search('Patient', { link: references, _include: 'Patient:organization', _count: 200 }, FRESH),
  ]);
  const found = { tasks, held, consents, people: people.entry?.flatMap(({ resource }) => resource ?? []) ?? [] };
  return new Map(patients.map((patient) => [patient.id, sourcesOf(patient, found)]));
}

function sourcesOf(patient: WithId<Patient>, found: Found): PatientSources {
  const reference = `Patient/${patient.id}`;
  const tasks = found.tasks.filter((task) => task.for?.reference === reference);
  const consents = found.consents.filter((consent) => consent.patient?.reference === reference);
  const copies = found.people.filter(
    (one): one is Patient =>
      one.resourceType === 'Patient' && (one.link?.some(({ other }) => other.reference === reference) ?? false),
  );
  const namespaces = new Set([
    ...[patient, ...copies].flatMap((one) => namespaceOf(one) ?? []),
    ...consents.flatMap((consent) => namespaceFromConsent(consent) ?? []),
    ...tasks.flatMap(({ focus }) => focus?.identifier?.value ?? []),
  ]);
  const hints = [...namespaces].sort().map((namespace) => hintsFor(namespace, consents, copies, found.people));
  const sources = nameSources(hints);
  return {
    sources,
    lastImport: tasks[0],
    attention: findAttention({ reference, tasks, held: found.held, consents, sources, now: Date.now() }),
  };
}

/** The namespace through which a resource came in; undefined for what was entered here. */
export function namespaceOf({ meta }: Resource): string | undefined {
  return meta?.tag?.find(({ system }) => system === ORG_CONNECTION_SYSTEM)?.code;
}

function hintsFor(
  namespace: string,
  consents: readonly Consent[],
  copies: readonly Patient[],
  people: readonly Resource[],
): NameHints {
  const consent = consents.find((one) => namespaceFromConsent(one) === namespace);
  const facts = consent ? connectionFromConsent(consent).facts : {};
  const keeper = copies.find((copy) => namespaceOf(copy) === namespace)?.managingOrganization;
  const organization = people.find(
    (one): one is Organization => one.resourceType === 'Organization' && `Organization/${one.id}` === keeper?.reference,
  );
  return {
    namespace,
    catalog: facts.name,
    organization: organization?.name ?? keeper?.display,
    platform: facts.platform,
  };
}
