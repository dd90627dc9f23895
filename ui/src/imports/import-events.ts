import { redriveFromTask } from '@fasten-medplum/bridge/contract/import-redrive';
import { countsFromTask } from '@fasten-medplum/bridge/contract/import-task';
import { type ImportMoment, timelineFromTask } from '@fasten-medplum/bridge/contract/import-timeline';
import type { Task } from '@medplum/fhirtypes';
import { formatCount } from './format.ts';
import { describePhase, describeRedriveFault, wordsForStatus } from './import-words.ts';

/** One step of an import's story. */
export interface ImportEvent {
  /** FHIR instant. */
  readonly at: string;
  readonly label: string;
  readonly text: string;
  readonly color: string;
}

/**
 * What happened, from the versions of the Task: one event for each change of status or phase, oldest first. Versions
 * that only moved the counts are passed over.
 *
 * @param versions - In any order; those without a body (a deletion) or a time are left out.
 */
export function eventsFromVersions(versions: readonly Task[]): ImportEvent[] {
  const events: ImportEvent[] = [];
  const known = versions.filter((version) => version.meta?.lastUpdated);
  for (const version of known.toSorted((a, b) => timeOf(a) - timeOf(b))) {
    const { label, color } = wordsForStatus(version.status);
    const text = describePhase(version);
    const previous = events.at(-1);
    if (previous?.label !== label || previous.text !== text) {
      events.push({ at: version.meta?.lastUpdated ?? '', label, text, color });
    }
  }
  return events;
}

const MOMENT_WORDS: Readonly<Record<ImportMoment, { readonly text: string; readonly color: string }>> = {
  consented: { text: 'The patient connected the health system', color: 'blue' },
  requested: { text: 'The export was asked for', color: 'blue' },
  announced: { text: 'The export was announced as ready', color: 'blue' },
  'download-started': { text: 'The download began', color: 'blue' },
  downloaded: { text: 'The export was downloaded', color: 'blue' },
  loaded: { text: 'All lines are accounted for', color: 'green' },
};

/**
 * What happened, as the Task itself tells it, oldest first, and how it stands when it neither runs nor is done; empty for an
 * import that tells no moments (of a file, or before they were told).
 */
export function eventsFromMoments(task: Task): ImportEvent[] {
  const moments = Object.entries(timelineFromTask(task)) as [ImportMoment, string][];
  const told = moments.map(([moment, at]): ImportEvent => ({ at, label: moment, ...MOMENT_WORDS[moment] }));
  const events = told.length > 0 ? [...told, ...eventsFromRedrive(task)] : [];
  if (events.length === 0) return [];
  events.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const at = task.meta?.lastUpdated;
  if (at === undefined || !['failed', 'on-hold', 'rejected', 'cancelled'].includes(task.status)) return events;
  const { label, color } = wordsForStatus(task.status);
  return [...events, { at, label, text: describePhase(task), color }];
}

/** That the lines set aside were tried again, and what came of it. */
function eventsFromRedrive(task: Task): ImportEvent[] {
  const redrive = redriveFromTask(task);
  if (!redrive) return [];
  const { askedAt, endedAt, fault, lines } = redrive;
  const asked = { at: askedAt, label: 'redrive', text: 'The lines set aside were tried again', color: 'blue' };
  if (endedAt === undefined) return [asked];
  const loaded = Math.max(0, lines - countsFromTask(task).quarantined);
  const text = fault
    ? `That came to nothing: ${describeRedriveFault(fault)}`
    : `${formatCount(loaded)} of ${formatCount(lines)} could be loaded`;
  return [asked, { at: endedAt, label: 'redriven', text, color: fault ? 'red' : 'green' }];
}

function timeOf(task: Task): number {
  return Date.parse(task.meta?.lastUpdated ?? '');
}
