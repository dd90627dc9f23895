import { BRIDGE_CODE_SYSTEM, MESSAGE_SYSTEM, REVIEW_TASK_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import {
  byEarlierRunFromTask,
  countsFromTask,
  unsureTraitsFromTask,
  vanishedFromTask,
} from '@fasten-medplum/bridge/contract/import-task';
import type { Task } from '@medplum/fhirtypes';

/** What the care team is asked to do about an import that is done, waits for a person, or failed. */
export function makeCareTask(task: Task & { id: string }): Task {
  const { text, description, priority } = askOf(task);
  return {
    resourceType: 'Task',
    identifier: [{ system: MESSAGE_SYSTEM, value: careTaskKey(task.id, task.status) }],
    status: 'requested',
    intent: 'order',
    priority,
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: REVIEW_TASK_CODE }], text },
    description,
    performerType: [{ text: 'Care team' }],
    focus: { reference: `Task/${task.id}` },
    // An import on hold may be somebody else's record: it is not yet any patient's.
    ...(task.for?.reference && { for: { reference: task.for.reference } }),
    authoredOn: task.lastModified ?? new Date().toISOString(),
  };
}

/** One for each status that an import comes to. */
export function careTaskKey(importId: string, status: Task['status']): string {
  return `${importId}/${status}/care-team`;
}

function askOf(task: Task): { text: string; description: string; priority: NonNullable<Task['priority']> } {
  switch (task.status) {
    case 'on-hold':
      return {
        text: 'Decide whose records these are',
        description:
          'Records arrived that differ from the chart of the patient who connected. Nothing of them is loaded. Compare the ' +
          'traits that the import names, then accept or reject it.',
        priority: 'urgent',
      };
    case 'failed':
      return {
        text: 'Records could not be loaded',
        description:
          'Loading a patient’s records failed, and nothing tries again by itself. The import names the reason.',
        priority: 'routine',
      };
    default:
      return { text: 'Look through new records', description: describeDone(task), priority: 'routine' };
  }
}

function describeDone(task: Task): string {
  const { created, updated, quarantined } = countsFromTask(task);
  const [vanished, byEarlierRun] = [vanishedFromTask(task), byEarlierRunFromTask(task)];
  return [
    `Records were loaded: ${created} new, ${updated} updated.`,
    byEarlierRun > 0 && `Before an interruption: ${byEarlierRun}, new or updated.`,
    quarantined > 0 && `Could not be read: ${quarantined}; the import’s ledger says why.`,
    vanished > 0 && `Sent earlier and not this time: ${vanished}; nothing of that was taken away.`,
    unsureTraitsFromTask(task).length > 0 &&
      'They and the chart say too little to be sure that they belong to this patient.',
  ]
    .filter((sentence) => sentence !== false)
    .join(' ');
}
