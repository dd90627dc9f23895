/** Node's timers hold at most this many milliseconds; a longer wait is made of several. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface Clock {
  /** Milliseconds since 1970, moved by what {@link advance} was given. */
  now(): number;
  /** Runs something once the clock shows this time; a time that has passed means soon, never at once. */
  at(timeMs: number, run: () => void): void;
  /** Moves the clock forward, which makes everything due by then run. */
  advance(ms: number): void;
  /** Forgets everything that waits. */
  close(): void;
}

interface Timer {
  readonly timeMs: number;
  readonly run: () => void;
  handle?: NodeJS.Timeout;
}

/**
 * Makes the clock that decides what expires and when something is due: links, signed URLs, the 24-hour cache, retries.
 *
 * @param readTimeMs - Where the time comes from; tests give their own.
 */
export function makeClock(readTimeMs: () => number = Date.now): Clock {
  const timers = new Set<Timer>();
  let offsetMs = 0;
  const now = () => readTimeMs() + offsetMs;

  function arm(timer: Timer): void {
    clearTimeout(timer.handle);
    const waitMs = Math.min(Math.max(timer.timeMs - now(), 0), MAX_TIMER_MS);
    timer.handle = setTimeout(() => {
      if (now() < timer.timeMs) {
        arm(timer);
      } else {
        timers.delete(timer);
        timer.run();
      }
    }, waitMs);
  }

  return {
    now,
    at(timeMs, run) {
      const timer: Timer = { timeMs, run };
      timers.add(timer);
      arm(timer);
    },
    advance(ms) {
      offsetMs += ms;
      timers.forEach(arm);
    },
    close() {
      for (const timer of timers) {
        clearTimeout(timer.handle);
      }
      timers.clear();
    },
  };
}
