import type { Task } from '@medplum/fhirtypes';
import { importStatusFromTask } from './import-status.ts';
import { byEarlierRunFromTask, countsFromTask, hasWritten, type ImportCounts } from './import-task.ts';

/** What a patient is told of an import. */
export interface ImportMessage {
  /** Shown in lists and on locked phones: says nothing about the patient or the records. */
  readonly topic: string;
  readonly text: string;
}

/**
 * What to tell the patient of an import that is done, waits for a person, or failed; undefined when there is nothing to say,
 * as of a failure after which another export comes by itself. The bridge says it, and the bot `report-import` where the bridge
 * did not, under the same key (see `importMessageKey`).
 */
export function importMessage(task: Task): ImportMessage | undefined {
  switch (task.status) {
    case 'completed':
      return describeDone(task);
    case 'on-hold':
      return {
        topic: 'Your health records are being checked',
        text:
          'Some details in the records we received differ from yours. Before anything is added, a member of staff ' +
          'makes sure that they belong to you. You do not need to do anything.',
      };
    case 'failed':
      if (importStatusFromTask(task).nextStep === 'retry') return undefined;
      return {
        topic: 'Your health records could not be loaded',
        text:
          'We could not finish loading your records. Nothing that was here before has been lost. ' +
          'You can try again from your connections, or ask your care team for help.',
      };
    default:
      return undefined;
  }
}

/** One message for each status that an import comes to. */
export function importMessageKey({ id, status }: Task): string {
  return `${id}/${status}`;
}

/** Most that come by a schedule bring nothing: nobody is to look for news that is none. */
function describeDone(task: Task): ImportMessage {
  const counts = countsFromTask(task);
  const isOld = counts.unchanged > 0 && !hasWritten(task);
  const topic = isOld ? 'Your health records are up to date' : 'Your health records are here';
  return { topic, text: describeResult(counts, byEarlierRunFromTask(task)) };
}

function describeResult(counts: ImportCounts, byEarlierRun: number): string {
  const alreadyHere = counts.unchanged + counts.duplicate - byEarlierRun;
  const endings = [
    counts.created > 0 && `${format(counts.created)} new`,
    counts.updated > 0 && `${format(counts.updated)} updated`,
    byEarlierRun > 0 && `${format(byEarlierRun)} loaded before an interruption`,
    alreadyHere > 0 && `${format(alreadyHere)} already here`,
    counts.skipped > 0 && `${format(counts.skipped)} not needed`,
  ].filter((ending) => ending !== false);
  const result = endings.length > 0 ? `: ${endings.join(', ')}.` : '.';
  const setAside =
    counts.quarantined > 0
      ? ` ${format(counts.quarantined)} could not be read and ${counts.quarantined === 1 ? 'was' : 'were'} set aside; your care team can look at them.`
      : '';
  return `We finished loading your records. ${format(counts.lines)} ${counts.lines === 1 ? 'entry was' : 'entries were'} received${result}${setAside}`;
}

function format(count: number): string {
  return count.toLocaleString('en-US');
}
