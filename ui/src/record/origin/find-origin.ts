import { EHI_EXPORT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { LedgerEntry } from '@fasten-medplum/bridge/contract/ledger-entry';
import { ledgerPageSchema } from '@fasten-medplum/bridge/contract/ledger-page';
import type { MedplumClient } from '@medplum/core';
import type { Provenance, Task } from '@medplum/fhirtypes';
import type { Bridge } from '../../bridge/create-bridge.ts';
import { isForbidden } from '../../states/explain-error.ts';
import { codeOfError } from '../../states/explain-refusal.ts';
import type { Fact } from '../find-facts.ts';

/** How a fact came to be what it is. */
export interface Origin {
  /** The import that wrote it last; undefined for what was entered here, and for a reader who may not see imports. */
  readonly task: Task | undefined;
  /** The lines of the export that it was made of; empty as long as the import is under way. */
  readonly lines: readonly LedgerEntry[];
  /** Newest first. */
  readonly provenances: readonly Provenance[];
  /** The reader may not see some of it. */
  readonly isPartial: boolean;
}

const MAX_PROVENANCES = 20;

/** What the reader may not see is left out, and does not take the rest with it. */
export async function findOrigin(medplum: MedplumClient, bridge: Bridge, fact: Fact): Promise<Origin> {
  const reference = `${fact.resourceType}/${fact.id}`;
  const query = { target: reference, _sort: '-_lastUpdated', _count: MAX_PROVENANCES };
  const [provenances, task] = await Promise.all([
    medplum.searchResources('Provenance', query).catch(denied),
    findTask(medplum, fact).catch(denied),
  ]);
  const lines = task && task !== DENIED ? await findLines(bridge, task, reference).catch(denied) : [];
  return {
    task: seen(task),
    provenances: seen(provenances) ?? [],
    lines: seen(lines) ?? [],
    isPartial: [provenances, task, lines].includes(DENIED),
  };
}

const DENIED = 'denied';

function denied(error: unknown): typeof DENIED {
  if (!isForbidden(error)) throw error;
  return DENIED;
}

function seen<T>(answer: T | typeof DENIED): T | undefined {
  return answer === DENIED ? undefined : answer;
}

/** By the tag that names the export which wrote the fact last. */
async function findTask(medplum: MedplumClient, { meta }: Fact): Promise<Task | undefined> {
  const exportId = meta?.tag?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.code;
  return exportId ? medplum.searchOne('Task', { identifier: `${EHI_EXPORT_SYSTEM}|${exportId}` }) : undefined;
}

async function findLines(bridge: Bridge, { id }: Task, reference: string): Promise<LedgerEntry[]> {
  try {
    const path = `/imports/${id}/ledger?target=${reference}`;
    const { entries } = await bridge.ask('GET', path, ledgerPageSchema);
    return entries.filter((entry): entry is LedgerEntry => entry.disposition !== 'vanished');
  } catch (error) {
    // No ledger yet: the import has not come to its end.
    if (codeOfError(error) === 'not-found') return [];
    throw error;
  }
}
