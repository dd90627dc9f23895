import { hash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry, Extension, Provenance, Resource } from '@medplum/fhirtypes';
import { ORG_CONNECTION_SYSTEM, SOURCE_DOCUMENT_EXTENSION, SOURCE_META_EXTENSION } from '../contract/identifiers.ts';
import { sourceRoot } from '../contract/source-key.ts';

/** What a namespace holds, said so that it is equal on every run, in every namespace and on every server. */
export interface StoreDump {
  /** By source key: the resource, with source keys in place of ids and hashes in place of stored bytes. */
  readonly resources: Readonly<Record<string, unknown>>;
  /** By source key, where it is not one: how many resources have that key. */
  readonly doubled: Readonly<Record<string, number>>;
  /** Source keys of resources that have another number of versions than Provenances. Each write must bring one. */
  readonly unexplained: readonly string[];
  /** References to an id of which the namespace has nothing, with the key of what refers. */
  readonly dangling: readonly string[];
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const PAGE = 1000;
const SEARCHES_A_BATCH = 500;
const STORED = /^[A-Z][A-Za-z]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Types that a generated export has, but for Binary, which is dumped with what carries it. */
export const DUMPED_TYPES = (
  'AllergyIntolerance CarePlan CareTeam Condition Coverage Device DiagnosticReport DocumentReference Encounter ' +
  'ExplanationOfBenefit Goal Immunization Location Medication MedicationRequest Observation Organization Patient ' +
  'Practitioner Procedure Provenance ServiceRequest Specimen'
).split(' ');

/**
 * Reads everything of a namespace back from the server. `known` are references that may stand as they are: the app's
 * Patient, the raw export.
 */
export async function dumpStore(
  medplum: MedplumClient,
  namespace: string,
  types: readonly string[] = DUMPED_TYPES,
  known: readonly string[] = [],
): Promise<StoreDump> {
  const all = await readAll(medplum, namespace, [...new Set([...types, 'Provenance'])]);
  const isLoaded = ({ meta }: Resource): boolean => meta?.source?.startsWith(sourceRoot(namespace)) === true;
  const loaded = all.filter(isLoaded);
  const names = new Map(loaded.map((resource) => [referenceTo(resource), keyOf(resource, namespace)]));
  const dangling: string[] = [];
  const resources: Record<string, unknown> = {};
  for (const resource of loaded) {
    const key = keyOf(resource, namespace);
    const name = (reference: string): string => {
      if (!STORED.test(reference) || known.includes(reference)) return reference;
      if (!names.has(reference)) dangling.push(`${key} -> ${reference.split('/')[0]}`);
      return `source:${names.get(reference)}`;
    };
    const { id: _, meta = {}, ...content } = resource;
    const { source, profile, security, tag, accounts } = meta;
    const kept = { source, profile, security, tag, accounts, extension: ofAnyRun(meta.extension) };
    const canonical = await canonise(medplum, { ...content, meta: kept } as unknown as Json, name);
    resources[key] = JSON.parse(JSON.stringify(canonical).replaceAll(namespace, 'NAMESPACE'));
  }
  const counts = Map.groupBy(loaded, (resource) => keyOf(resource, namespace));
  const doubled = [...counts].flatMap(([key, { length }]) => (length > 1 ? [[key, length] as const] : []));
  const unexplained = await findUnexplained(
    medplum,
    all.filter((one) => !isLoaded(one)),
    names,
  );
  return { resources, doubled: Object.fromEntries(doubled), unexplained, dangling };
}

async function readAll(medplum: MedplumClient, namespace: string, types: readonly string[]): Promise<Resource[]> {
  const tag = encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${namespace}`);
  const found: Resource[] = [];
  let open = types.map((type) => ({ type, offset: 0 }));
  while (open.length > 0) {
    const pages = await searchAll(
      medplum,
      open.map(({ type, offset }) => `${type}?_tag=${tag}&_count=${PAGE}&_offset=${offset}&_sort=_lastUpdated`),
    );
    found.push(...pages.flat());
    open = open.flatMap(({ type, offset }, at) =>
      pages[at]?.length === PAGE ? [{ type, offset: offset + PAGE }] : [],
    );
  }
  return found;
}

async function searchAll(medplum: MedplumClient, urls: readonly string[]): Promise<Resource[][]> {
  const pages: Resource[][] = [];
  for (let at = 0; at < urls.length; at += SEARCHES_A_BATCH) {
    pages.push(...(await searchBatch(medplum, urls.slice(at, at + SEARCHES_A_BATCH))));
  }
  return pages;
}

async function searchBatch(medplum: MedplumClient, urls: readonly string[]): Promise<Resource[][]> {
  const entry = urls.map((url): BundleEntry => ({ request: { method: 'GET', url } }));
  const reply = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
  return (reply.entry ?? []).map(({ resource }) =>
    ((resource as Bundle | undefined)?.entry ?? []).flatMap((match) => match.resource ?? []),
  );
}

/**
 * Every Provenance names the Patient, so a Patient's own are not told apart: it only must have one. Where there are no
 * transactions, one stands for all that an export wrote of a resource (docs/decisions/0007-without-transactions.md).
 */
async function findUnexplained(
  medplum: MedplumClient,
  made: readonly Resource[],
  names: ReadonlyMap<string, string>,
): Promise<string[]> {
  const ours = made.filter((one): one is Provenance => one.resourceType === 'Provenance');
  const isPaged = ours.some(({ meta }) => meta?.source);
  const targets = ours.flatMap(({ target }) => [...new Set(target.map(({ reference = '' }) => reference))]);
  const provenances = Map.groupBy(targets, (target) => target);
  const references = [...names.keys()];
  const histories = await searchAll(
    medplum,
    references.map((reference) => `${reference}/_history`),
  );
  return references.flatMap((reference, at) => {
    const told = provenances.get(reference)?.length ?? 0;
    const versions = histories[at]?.length ?? 0;
    const isExplained = reference.startsWith('Patient/') || isPaged ? told > 0 : told === versions;
    return isExplained ? [] : [`${names.get(reference)}`];
  });
}

async function canonise(medplum: MedplumClient, value: Json, name: (reference: string) => string): Promise<Json> {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Promise.all(value.map((item) => canonise(medplum, item, name)));
  const copy: { [name: string]: Json } = {};
  for (const key of Object.keys(value).sort()) copy[key] = await canonise(medplum, value[key] ?? null, name);
  if (typeof copy.reference === 'string') copy.reference = name(copy.reference);
  if (typeof copy.url === 'string' && JSON.stringify(copy.extension ?? []).includes(SOURCE_DOCUMENT_EXTENSION)) {
    const bytes = await (await medplum.download(copy.url)).arrayBuffer();
    copy.url = `bytes:${hash('sha256', Buffer.from(bytes))}`;
  }
  return copy;
}

/** Logical references name the namespace, so the hash over them is equal in one namespace only; and each import has its time. */
const OF_ONE_RUN = ['sha256', 'retrieved'];

function ofAnyRun(extensions: readonly Extension[] = []): Extension[] {
  return extensions.map((one) =>
    one.url === SOURCE_META_EXTENSION
      ? { ...one, extension: one.extension?.filter(({ url }) => !OF_ONE_RUN.includes(url)) ?? [] }
      : one,
  );
}

function keyOf({ meta }: Resource, namespace: string): string {
  return meta?.source?.replace(sourceRoot(namespace), '') ?? '';
}

function referenceTo({ resourceType, id }: Resource): string {
  return `${resourceType}/${id}`;
}
