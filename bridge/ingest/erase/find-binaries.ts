import type { Bundle, Resource, Task } from '@medplum/fhirtypes';
import { storedDocuments } from '../documents/link-attachments.ts';
import type { JsonObject } from '../walk-references.ts';
import type { Eraser } from './eraser.ts';
import { isImport } from './who-keeps-what.ts';

/** Types whose documents the source may have changed or withdrawn since: older versions name them still. */
const CARRIERS = new Set(['DocumentReference', 'DiagnosticReport', 'Media']);
/** A version may have a megabyte. */
const HISTORIES_AT_ONCE = 10;
/** A link of the server to a Binary leads with its id, and so does `Binary/<id>`. */
const BINARY_ID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/**
 * The Binaries (`Binary/<id>`) that the bridge stored and these resources name, in any version: documents, and of an
 * import's Task the raw export and the ledgers. Medplum cannot search Binary, so whatever names one goes after it.
 */
export async function findBinaries(eraser: Eraser, resources: readonly Resource[]): Promise<string[]> {
  const found = resources.flatMap(named);
  const carriers = resources.filter(
    (each) => CARRIERS.has(each.resourceType) || isImport(each) || named(each).length > 0,
  );
  for (let start = 0; start < carriers.length; start += HISTORIES_AT_ONCE) {
    const part = carriers.slice(start, start + HISTORIES_AT_ONCE);
    const answers = await eraser.read(part.map(({ resourceType, id }) => `${resourceType}/${id}/_history`));
    for (const { resource } of answers) {
      const versions = (resource as Bundle | undefined)?.entry ?? [];
      found.push(...versions.flatMap((version) => (version.resource ? named(version.resource) : [])));
    }
  }
  return eraser.present(found);
}

function named(resource: Resource): string[] {
  if (isImport(resource)) return namedByTask(resource as Task);
  return storedDocuments(resource as unknown as JsonObject).flatMap(({ url }) => binaryOf(url));
}

function namedByTask({ output = [] }: Task): string[] {
  return output.flatMap(({ valueReference }) => {
    const { reference } = valueReference ?? {};
    return reference?.startsWith('Binary/') ? [reference] : [];
  });
}

/** The Binary that an attachment's URL leads to, as a list of one or none. */
export function binaryOf(url: string | undefined): string[] {
  const [id] = BINARY_ID.exec(url ?? '') ?? [];
  return id === undefined ? [] : [`Binary/${id}`];
}
