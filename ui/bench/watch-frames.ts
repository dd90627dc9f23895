import type { CDPSession, Page } from 'playwright-core';

/** How a page kept up while something was done with it. */
export interface FrameFigures {
  readonly seconds: number;
  readonly frames: number;
  /** The longest time without a new picture, and that of all but one in a hundred, in milliseconds. */
  readonly longestFrameMs: number;
  readonly frameMs99: number;
  /** The main thread was blocked for over 50 ms: how often, and for how long at most. Source: w3c.github.io/longtasks. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
  /** What the main thread really worked, a frame: the only one of these that a busy machine leaves alone. */
  readonly cpuMsPerFrame: number;
}

interface Watch {
  readonly startedAt: number;
  readonly frames: number[];
  readonly tasks: number[];
  stop(): void;
}

type Watching = typeof globalThis & { watch?: Watch };

/** Does something with the page and measures in the browser itself how smoothly it went. */
export async function watchFrames(page: Page, work: () => Promise<void>): Promise<FrameFigures> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.evaluate(startWatch);
  const before = await readCpuMs(devtools);
  await work();
  const cpuMs = (await readCpuMs(devtools)) - before;
  const { seconds, frames, tasks } = await page.evaluate(stopWatch);
  await devtools.detach();
  const sorted = frames.toSorted((a, b) => a - b);
  return {
    seconds: round(seconds),
    frames: frames.length,
    longestFrameMs: round(sorted.at(-1) ?? 0),
    frameMs99: round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
    longTasks: tasks.length,
    longestTaskMs: round(Math.max(0, ...tasks)),
    cpuMsPerFrame: round(cpuMs / frames.length),
  };
}

async function readCpuMs(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}

/** Runs in the browser. */
function startWatch(): void {
  const frames: number[] = [];
  const tasks: number[] = [];
  let last = performance.now();
  let next = requestAnimationFrame(function count(now) {
    frames.push(now - last);
    last = now;
    next = requestAnimationFrame(count);
  });
  const observer = new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ entryTypes: ['longtask'] });
  const stop = () => {
    cancelAnimationFrame(next);
    tasks.push(...observer.takeRecords().map(({ duration }) => duration));
    observer.disconnect();
  };
  (globalThis as Watching).watch = { startedAt: performance.now(), frames, tasks, stop };
}

/** Runs in the browser. */
function stopWatch() {
  const { watch } = globalThis as Watching;
  if (!watch) throw new Error('nothing is watched');
  watch.stop();
  return { seconds: (performance.now() - watch.startedAt) / 1000, frames: watch.frames, tasks: watch.tasks };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
