import type { MedplumClient } from '@medplum/core';
import { ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { escapeSearchValue, metaSource } from '../meta-source.ts';
import type { ChartGuard } from './guard-chart.ts';
import { readSubjects } from './read-subjects.ts';

/**
 * Not a failure: the namespace that a connection wanted to continue holds the record of another source Patient. Nothing has
 * been written; the caller loads the export under another namespace.
 */
export class OtherSourcePatient extends Error {
  readonly code = 'other-source-patient';

  constructor() {
    super('the namespace belongs to another Patient of the source');
    this.name = 'OtherSourcePatient';
  }
}

/**
 * Throws OtherSourcePatient when the namespace knows Patients of the source, and none of those whose records the export
 * holds is among them. Reads only.
 */
export async function guardLineage(
  medplum: MedplumClient,
  guard: Pick<ChartGuard, 'namespace' | 'index' | 'files' | 'signal'>,
): Promise<void> {
  const { namespace, signal } = guard;
  const subjects = await Array.fromAsync(readSubjects(guard), ({ key }) => key);
  const isThere = async (query: Record<string, string>): Promise<boolean> => {
    const search = new URLSearchParams({ ...query, _fields: 'id' });
    return (await retryRead(() => medplum.searchOne('Patient', search), signal)) !== undefined;
  };
  for (const key of subjects) {
    if (await isThere({ _source: escapeSearchValue(metaSource(namespace, key)) })) return;
  }
  const isKnown =
    subjects.length > 0 && (await isThere({ _tag: `${ORG_CONNECTION_SYSTEM}|${escapeSearchValue(namespace)}` }));
  if (isKnown) throw new OtherSourcePatient();
}
