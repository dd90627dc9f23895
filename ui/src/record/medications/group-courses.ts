import { describeFact } from '../describe-fact.ts';
import type { Fact } from '../find-facts.ts';

/** One medicine over time, as its prescriptions and dispenses tell. */
export interface Course {
  readonly name: string;
  /** Milliseconds, oldest first: each time it was prescribed, dispensed, given or said to be taken. */
  readonly times: readonly number[];
  readonly isActive: boolean;
}

/**
 * Brings together what goes by the same name, in upper or lower case; active ones first, then the newest. What has no date
 * has no place on a time line and is left out.
 */
export function groupCourses(facts: readonly Fact[]): Course[] {
  const told = facts.flatMap((fact) => {
    const { title, when, period, status } = describeFact(fact);
    const at = Date.parse(when ?? period?.start ?? '');
    return Number.isNaN(at) ? [] : [{ title, at, isActive: status === 'active' }];
  });
  const byName = Map.groupBy(told, ({ title }) => title.toLowerCase());
  return [...byName.values()]
    .map((group): Course => {
      const times = [...new Set(group.map(({ at }) => at))].sort((a, b) => a - b);
      const isActive = group.some((one) => one.isActive);
      return { name: group[0]?.title ?? '', times, isActive };
    })
    .sort((a, b) => Number(b.isActive) - Number(a.isActive) || lastOf(b) - lastOf(a) || a.name.localeCompare(b.name));
}

function lastOf({ times }: Course): number {
  return times.at(-1) ?? 0;
}
