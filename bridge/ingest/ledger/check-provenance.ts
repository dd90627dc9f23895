import type { MedplumClient } from '@medplum/core';
import type { Provenance } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM } from '../../contract/identifiers.ts';
import type { LedgerEntry } from '../../contract/ledger-entry.ts';
import { joined, search } from '../look-up.ts';
import type { Findings } from './findings.ts';

/** Each resource that the import wrote is a target of a Provenance of its export: asked for a batch at a time. */
export async function checkProvenance(
  medplum: MedplumClient,
  exportId: string,
  entries: readonly LedgerEntry[],
  findings: Findings,
  signal?: AbortSignal,
): Promise<void> {
  const written = entries.filter(({ disposition }) => disposition === 'created' || disposition === 'updated');
  const targets = new Set(written.flatMap(({ target }) => target ?? []));
  const tag = encodeURIComponent(`${EHI_EXPORT_SYSTEM}|${exportId}`);
  const urls = [...joined([...targets])].map(
    (list) => `Provenance?target=${list}&_tag=${tag}&_fields=target&_count=1000`,
  );
  const found = urls.length > 0 ? await search(medplum, urls, signal) : [];
  const told = new Set(found.flatMap((one) => (one as Provenance).target.map(({ reference }) => reference)));
  for (const entry of written) if (!told.has(entry.target)) findings.add('provenance-missing', entry);
}
