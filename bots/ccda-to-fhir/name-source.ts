import type { MedplumClient } from '@medplum/core';
import type { DocumentReference, Patient, Provenance, Reference } from '@medplum/fhirtypes';

/** A Provenance has to fit into one request. */
const MAX_TARGETS = 500;

/**
 * Provenance of what was made of a document, as far as none names it yet: by that an erasure of the document finds it.
 * Nothing that came from elsewhere may be among it, or it would go with the document.
 *
 * @param bot - Who made it.
 * @param made - `Type/<id>` each.
 */
export async function nameSource(
  medplum: MedplumClient,
  bot: Reference,
  document: DocumentReference & { id: string },
  patient: Reference<Patient> | undefined,
  made: readonly string[],
): Promise<void> {
  const source = `DocumentReference/${document.id}`;
  const earlier = await medplum.searchResources('Provenance', { entity: source, _count: '1000' }, { cache: 'reload' });
  const named = new Set(earlier.flatMap(({ target }) => target.map(({ reference }) => reference)));
  const open = made.filter((reference) => !named.has(reference));
  for (let at = 0; at < open.length; at += MAX_TARGETS) {
    await medplum.createResource<Provenance>({
      resourceType: 'Provenance',
      // Not the Patient among the targets: an erasure keeps every Patient, and a Provenance that leads to one.
      ...(patient && { meta: { accounts: [patient] } }),
      target: open.slice(at, at + MAX_TARGETS).map((reference) => ({ reference })),
      recorded: new Date().toISOString(),
      agent: [{ who: bot as Reference<never> }],
      entity: [{ role: 'source', what: { reference: source } }],
    });
  }
}
