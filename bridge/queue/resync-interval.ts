import type { ResyncSchedule } from '../contract/resync.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The least time between two exports, and the most by which it grows. Fasten answers with the same export for 24 hours, so
 * a day has 25; the growth spreads the connections of one morning over the clock.
 */
const INTERVALS = {
  daily: { leastMs: 25 * HOUR_MS, spreadMs: HOUR_MS },
  weekly: { leastMs: 7 * DAY_MS, spreadMs: 6 * HOUR_MS },
  monthly: { leastMs: 30 * DAY_MS, spreadMs: DAY_MS },
} as const;

/** Milliseconds from one re-sync to the next; undefined for none. */
export function resyncInterval(schedule: ResyncSchedule, random: () => number = Math.random): number | undefined {
  if (schedule === 'off') return undefined;
  const { leastMs, spreadMs } = INTERVALS[schedule];
  return leastMs + Math.floor(random() * spreadMs);
}
