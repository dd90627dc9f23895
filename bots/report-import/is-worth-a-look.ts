import { countsFromTask, hasWritten, unsureTraitsFromTask } from '@fasten-medplum/bridge/contract/import-task';
import type { List, Task } from '@medplum/fhirtypes';

/**
 * Whether a completed import has something that nobody has looked at: records new or changed, vanished or back, more lines
 * that could not be read than the time before, more doubts whose record it is. Most that come by a schedule have nothing.
 *
 * @param before - The import before it, if there was one.
 * @param changes - What the two ledgers differ in; undefined when in nothing, or when they were not compared.
 */
export function isWorthALook(task: Task, before: Task | undefined, changes: List | undefined): boolean {
  const quarantined = (one: Task | undefined) => (one ? countsFromTask(one).quarantined : 0);
  const doubts = (one: Task | undefined) => (one ? unsureTraitsFromTask(one).length : 0);
  return (
    hasWritten(task) ||
    (changes?.entry?.length ?? 0) > 0 ||
    quarantined(task) > quarantined(before) ||
    doubts(task) > doubts(before)
  );
}
