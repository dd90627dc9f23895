import type { MedplumClient } from '@medplum/core';
import type { Provenance } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM } from '../../contract/identifiers.ts';
import type { LedgerEntry } from '../../contract/ledger-entry.ts';
import { sourceRoot } from '../../contract/source-key.ts';
import { joined, search } from '../match/look-up.ts';
import type { Origin } from '../shape/shape-meta.ts';
import type { Findings } from './findings.ts';

/** Each resource that the import wrote is a target of a Provenance of its export: asked for a batch at a time. */
export async function checkProvenance(
  medplum: MedplumClient,
  { namespace, exportId }: Origin,
  entries: readonly LedgerEntry[],
  findings: Findings,
  signal?: AbortSignal,
): Promise<void> {
  const written = entries.filter(({ disposition }) => disposition === 'created' || disposition === 'updated');
  const targets = new Set(written.flatMap(({ target }) => target ?? []));
  const tag = encodeURIComponent(`${EHI_EXPORT_SYSTEM}|${exportId}`);
  const urls = [...joined([...targets])].map(
    (list) => `Provenance?target=${list}&_tag=${tag}&_fields=target,meta&_count=1000`,
  );
  const found = urls.length > 0 ? await search(medplum, urls, signal) : [];
  const root = sourceRoot(namespace);
  // A Provenance that the export itself brought says nothing of the import.
  const ours = found.filter(({ meta }) => !meta?.source?.startsWith(root)) as Provenance[];
  const told = new Set(ours.flatMap(({ target }) => target.map(({ reference }) => reference)));
  for (const entry of written) if (!told.has(entry.target)) findings.add('provenance-missing', entry);
}
