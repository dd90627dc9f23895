import { BRIDGE_CODE_SYSTEM, MESSAGE_SYSTEM, SYNC_CHANGES_CODE } from '@fasten-medplum/bridge/contract/identifiers';
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
  earlierTask: Task | undefined,
  patient: Reference<Patient>,
): Promise<List | undefined> {
  const ledger = ledgerFromTask(task);
  const before = earlierTask && ledgerFromTask(earlierTask);
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
