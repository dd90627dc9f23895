import type { Connection } from '@fasten-medplum/bridge/contract/connection';
import type { ResyncSchedule } from '@fasten-medplum/bridge/contract/resync';

/** What a schedule is called. */
export const SCHEDULE_WORDS: Readonly<Record<ResyncSchedule, string>> = {
  off: 'Only when asked',
  daily: 'Every day',
  weekly: 'Every week',
  monthly: 'Every month',
};

const PLATFORM_WORDS: Readonly<Record<string, string>> = {
  epic: 'Epic',
  cerner: 'Oracle Health (Cerner)',
  athena: 'athenahealth',
  va: 'Veterans Affairs',
  medicare: 'Medicare',
};

/** The health system as people know it; without a name by the system that it runs. */
export function nameOf({ facts }: Connection): string {
  if (facts.name !== undefined) return facts.name;
  const platform = facts.platform === undefined ? undefined : (PLATFORM_WORDS[facts.platform] ?? facts.platform);
  if (platform !== undefined) return `A health system (${platform})`;
  return facts['tefca-directory'] === undefined ? 'A health system' : 'A health system (TEFCA)';
}

/** Of Fasten's catalog; the file need not exist. */
export function logoOf({ facts }: Connection, logosUrl: string): string | undefined {
  if (facts.brand === undefined) return undefined;
  return new URL(`${encodeURIComponent(facts.brand)}.png`, logosUrl).href;
}

/** Time enough to sign in once more before it runs out. */
const SOON_MS = 28 * 24 * 60 * 60 * 1000;

export type Standing = 'connected' | 'ends-soon' | 'ended';

/** How a connection stands: in use, about to run out, or ended. */
export function standingOf({ status, expiresAt }: Connection, now: Date): Standing {
  if (status !== 'active') return 'ended';
  const left = Date.parse(expiresAt ?? '') - now.getTime();
  if (left <= 0) return 'ended';
  return left < SOON_MS ? 'ends-soon' : 'connected';
}

export const STANDING_WORDS: Readonly<Record<Standing, { label: string; color: string }>> = {
  connected: { label: 'Connected', color: 'green' },
  'ends-soon': { label: 'Ends soon', color: 'yellow' },
  ended: { label: 'Ended', color: 'gray' },
};
