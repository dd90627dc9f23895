import { Presets, SingleBar } from 'cli-progress';
import type { ImportProgress } from '../contract/import-report.ts';

export interface ProgressBar {
  readonly update: (progress: ImportProgress) => void;
  readonly stop: () => void;
}

/** Shown on a terminal only: elsewhere a bar is noise. */
export function progressBar(isQuiet: boolean): ProgressBar {
  if (isQuiet || !process.stderr.isTTY) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    { format: '{phase} {bar} {percentage}% {eta_formatted}', stream: process.stderr },
    Presets.shades_classic,
  );
  let phase: ImportProgress['phase'] | undefined;
  return {
    update: (progress) => {
      if (progress.phase !== phase) bar.start(progress.total, 0, { phase: progress.phase });
      phase = progress.phase;
      bar.update(progress.done);
    },
    stop: () => bar.stop(),
  };
}
