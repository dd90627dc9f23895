import { namespaceFromConsent } from '@fasten-medplum/bridge/contract/connection';
import {
  BRIDGE_CODE_SYSTEM,
  IMPORT_TASK_CODE,
  LINEAGE_SYSTEM,
  MESSAGE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  SYNC_CHANGES_CODE,
} from '@fasten-medplum/bridge/contract/identifiers';
import { ledgerFromTask } from '@fasten-medplum/bridge/contract/import-task';
import type { MedplumClient } from '@medplum/core';
import type { List, ListEntry, Patient, Reference, Task } from '@medplum/fhirtypes';
import { CHANGES, compareLedgers, type SyncChanges } from './compare-ledgers.ts';

/** A List has to fit into one request. */
const MAX_ENTRIES = 2_000;
/** Bots run inside the server: two ledgers of more bytes than that are not compared there. */
const MAX_LEDGER_BYTES = 20_000_000;

const TITLE = 'What the last sync changed';

/**
 * After a re-sync, a List of what is new, changed, vanished (it stays where it is) and back since the import before.
 * Undefined after a first import, and when a ledger is gone.
 */
export async function listChanges(
  medplum: MedplumClient,
  task: Task & { id: string },
  patient: Reference<Patient>,
): Promise<List | undefined> {
  const ledger = ledgerFromTask(task);
  const before = ledger && ledgerFromTask((await findEarlier(medplum, task)) ?? task);
  if (!ledger || !before || before.reference === ledger.reference) return undefined;
  const texts = [await readLedger(medplum, before.reference), await readLedger(medplum, ledger.reference)];
  const [earlier, now] = texts;
  const changes = earlier === undefined || now === undefined ? undefined : compareLedgers(earlier, now);
  if (changes && CHANGES.every((change) => changes[change].length === 0)) return undefined;
  const value = `${task.id}/changes/${ledger.merkleRoot}`;
  const list: List = {
    resourceType: 'List',
    identifier: [{ system: MESSAGE_SYSTEM, value }],
    status: 'current',
    mode: 'changes',
    title: TITLE,
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: SYNC_CHANGES_CODE }], text: TITLE },
    subject: patient,
    date: task.lastModified ?? new Date().toISOString(),
    note: [{ text: describe(changes) }],
    ...(changes && { entry: entriesOf(changes) }),
  };
  return medplum.createResourceIfNoneExist(list, `identifier=${MESSAGE_SYSTEM}|${value}`);
}

/** The newest import of the same connection, or of one that it continues, that was done before this one. */
async function findEarlier(medplum: MedplumClient, task: Task): Promise<Task | undefined> {
  const owner = await ownerOf(medplum, task);
  if (!owner) return undefined;
  const code = `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`;
  const query = { ...owner, code, status: 'completed', _sort: '-_lastUpdated', _count: '100' };
  const all = await medplum.searchResources('Task', query, { cache: 'reload' });
  const earlier = all.filter((one) => one.id !== task.id && ledgerFromTask(one) && endOf(one) <= endOf(task));
  return earlier.toSorted((a, b) => (endOf(a) < endOf(b) ? 1 : -1))[0];
}

/** What the Tasks of one lineage are found by: its Consents; the tag of a file that was imported by hand. */
async function ownerOf(medplum: MedplumClient, { meta, focus }: Task): Promise<Record<string, string> | undefined> {
  const tagged = meta?.tag?.find(({ system }) => system === ORG_CONNECTION_SYSTEM)?.code;
  if (tagged) return { _tag: `${ORG_CONNECTION_SYSTEM}|${tagged}` };
  const [type, id] = focus?.reference?.split('/') ?? [];
  if (type !== 'Consent' || !id) return undefined;
  const namespace = namespaceFromConsent(await medplum.readResource('Consent', id, { cache: 'reload' }));
  const identifier = `${ORG_CONNECTION_SYSTEM}|${namespace},${LINEAGE_SYSTEM}|${namespace}`;
  const consents = await medplum.searchResources('Consent', { identifier, _count: '100' }, { cache: 'reload' });
  const lineage = consents.filter((one) => namespaceFromConsent(one) === namespace);
  return { focus: lineage.map((one) => `Consent/${one.id}`).join(',') };
}

function endOf({ executionPeriod }: Task): string {
  return executionPeriod?.end ?? '';
}

/** Undefined for one that is too long to be read here. */
async function readLedger(medplum: MedplumClient, reference: string): Promise<string | undefined> {
  const blob = await medplum.download(medplum.fhirUrl('Binary', reference.slice('Binary/'.length)).toString());
  return blob.size > MAX_LEDGER_BYTES ? undefined : blob.text();
}

function entriesOf(changes: SyncChanges): ListEntry[] {
  const entries = CHANGES.flatMap((change) =>
    changes[change].map((reference): ListEntry => {
      return { flag: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: change }] }, item: { reference } };
    }),
  );
  return entries.slice(0, MAX_ENTRIES);
}

function describe(changes: SyncChanges | undefined): string {
  if (!changes) return 'The record is too long to be compared here: the import’s ledger says what changed.';
  const counts = CHANGES.map((change) => `${changes[change].length} ${change}`).join(', ');
  const total = CHANGES.reduce((sum, change) => sum + changes[change].length, 0);
  return total > MAX_ENTRIES ? `${counts}; the first ${MAX_ENTRIES} are listed.` : `${counts}.`;
}
