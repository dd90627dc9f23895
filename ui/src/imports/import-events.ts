import type { Task } from '@medplum/fhirtypes';
import { describePhase, wordsForStatus } from './import-words.ts';

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

function timeOf(task: Task): number {
  return Date.parse(task.meta?.lastUpdated ?? '');
}
