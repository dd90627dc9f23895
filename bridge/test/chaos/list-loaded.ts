import type { MedplumClient, WithId } from '@medplum/core';
import type { Bundle, Consent, Resource } from '@medplum/fhirtypes';
import { ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { DUMPED_TYPES } from '../dump-store.ts';
import { findImports } from './find-imports.ts';
import { readBatch } from './read-batch.ts';

/** How a resource names a stored file: by reference, or by the link to it that the server makes of one. */
const FILE = /(?:Binary|storage)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/g;

/**
 * `Type/<id>` of all that came in under a namespace and is there now: records and their Provenances, the imports, and the
 * files that these name. Not the lanes, which hold nothing of a record.
 *
 * @param lineage - The connections of the namespace.
 */
export async function listLoaded(
  medplum: MedplumClient,
  namespace: string,
  lineage: readonly WithId<Consent>[],
): Promise<string[]> {
  const tag = encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${namespace}`);
  const answers = await readBatch(
    medplum,
    DUMPED_TYPES.map((type) => `${type}?_tag=${tag}&_count=1000`),
  );
  const pages = answers.map(({ resource }) => (resource as Bundle | undefined)?.entry ?? []);
  const records = pages.flat().flatMap(({ resource }) => resource ?? []);
  const imports = (await Promise.all(lineage.map((consent) => findImports(medplum, consent)))).flat();
  const all: Resource[] = [...records, ...imports];
  const files = all.flatMap((one) => [...JSON.stringify(one).matchAll(FILE)].map(([, id]) => `Binary/${id}`));
  // A source calls its files so too.
  return [...all.map(({ resourceType, id }) => `${resourceType}/${id}`), ...(await listThere(medplum, files))];
}

/** Those of these references that can be read now. */
export async function listThere(medplum: MedplumClient, references: readonly string[]): Promise<string[]> {
  const sought = [...new Set(references)];
  const answers = await readBatch(medplum, sought);
  return sought.filter((_, position) => answers[position]?.response?.status === '200');
}
