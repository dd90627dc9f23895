import type { MedplumClient } from '@medplum/core';
import { orgConnectionIdOf, withNamespace } from '../contract/connection.ts';
import type { ImportReport } from '../contract/import-report.ts';
import { findNamespaces, namespaceOf, type StoredConsent } from '../medplum/find-connection.ts';
import type { HoldLock } from '../queue/hold-lock.ts';

/** The ingest found that the records seem to be somebody else's, and wrote none of them. */
export interface HeldLoad {
  /** In what the Patients differ: codes. */
  readonly held: readonly string[];
}

/** `other-source-patient`: nothing was written, the namespace that was to be continued is another source Patient's. */
export type Loaded = ImportReport | HeldLoad | 'other-source-patient';

/** Where an export is loaded. */
export interface Destination {
  readonly namespace: string;
  /** The namespace began with another connection: it must be that of the same source Patient. */
  readonly continues: boolean;
  readonly signal: AbortSignal;
}

export interface LineageDeps {
  readonly medplum: Pick<MedplumClient, 'searchResources' | 'updateResource'>;
  readonly holdLock: HoldLock;
}

/** The lock that keeps two imports of a namespace apart. */
export function importLock(namespace: string): string {
  return `import:${namespace}`;
}

/**
 * Loads an export under the namespace of its connection. Whose record it is shows only now: when the namespace is another
 * source Patient's, the other lineages of the same place are tried, and at last the connection begins one of its own.
 * Which it was is kept in the Consent.
 *
 * @param consent - The connection, as stored now; the lock of its namespace is held.
 */
export async function loadLineage(
  deps: LineageDeps,
  consent: StoredConsent,
  signal: AbortSignal,
  load: (destination: Destination) => Promise<Loaded>,
): Promise<ImportReport | HeldLoad> {
  const namespace = namespaceOf(consent);
  const own = orgConnectionIdOf(consent) ?? namespace;
  const first = await load({ namespace, continues: namespace !== own, signal });
  if (first !== 'other-source-patient') return first;
  const others = (await findNamespaces(deps.medplum, consent)).filter((other) => other !== namespace);
  for (const other of new Set([...others, own])) {
    const loaded = await deps.holdLock(importLock(other), signal, (locked) =>
      load({ namespace: other, continues: other !== own, signal: locked }),
    );
    if (loaded === 'other-source-patient') continue;
    const headers = { 'If-Match': `W/"${consent.meta?.versionId}"` };
    await deps.medplum.updateResource(withNamespace(consent, other), { headers });
    return loaded;
  }
  throw new Error('a namespace of its own was refused');
}
