import { formatWhen } from '../../format-when.ts';
import type { FactGroup } from '../duplicates/group-facts.ts';
import { timeOfEvent } from './merge-strands.ts';

/** A row of the timeline: the heading of a year, or what happened in it. */
export type TimelineRow =
  | { readonly key: string; readonly heading: string }
  | { readonly key: string; readonly group: FactGroup };

/** @param groups - Newest first; what has no date comes last, under a heading of its own. */
export function listRows(groups: readonly FactGroup[]): TimelineRow[] {
  let current: string | undefined;
  return groups.flatMap((group): TimelineRow[] => {
    const heading = headingOf(group);
    const event = { key: group.fact.id, group };
    if (heading === current) return [event];
    current = heading;
    return [{ key: heading, heading }, event];
  });
}

function headingOf({ fact }: FactGroup): string {
  const time = timeOfEvent(fact);
  return Number.isNaN(time) ? 'Without a date' : formatWhen(`${new Date(time).getUTCFullYear()}`);
}
