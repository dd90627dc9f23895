import type { ImportProgress } from '../contract/import-report.ts';
import type { JobProgressNow } from '../contract/import-status.ts';

/** A rate that is taken over less than this says nothing. */
const MIN_MEASURED_MS = 1_000;

/**
 * Gives what a running import says the words of the API, with the rate of its phase and how long the rest will take.
 *
 * @param now - Milliseconds of a clock that never goes back.
 */
export function measureProgress(now: () => number): (progress: ImportProgress) => JobProgressNow {
  let begun: { readonly phase: string; readonly at: number; readonly done: number } | undefined;
  return (progress) => {
    const { phase, done, total } = progress;
    if (begun?.phase !== phase) begun = { phase, at: now(), done };
    const elapsedMs = now() - begun.at;
    const rate = elapsedMs < MIN_MEASURED_MS ? 0 : ((done - begun.done) * 1000) / elapsedMs;
    return {
      ...countsOf(progress),
      ...(rate > 0 && { rate: Math.round(rate), etaSeconds: Math.ceil((total - done) / rate) }),
    };
  };
}

function countsOf({ phase, done, total, written = 0, quarantined = 0 }: ImportProgress): JobProgressNow {
  if (phase === 'scan') return { phase, bytes: done, totalBytes: total };
  return { phase, lines: done, totalLines: total, written, quarantined };
}
