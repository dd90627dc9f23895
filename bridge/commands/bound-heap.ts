import { getHeapStatistics } from 'node:v8';

/** Bytes that may come on top of what the last collection left. */
const MOST_GARBAGE = 25 << 20;
const EVERY_MS = 20;

/**
 * Collects garbage as soon as 25 MB of it may lie in the heap, where Node was started with `--expose-gc`. Left alone, V8 lets
 * an import's heap double; told to grow it by a fifth only, it marks all the time: a quarter more CPU and no less memory
 * (bench/baseline.md). Does not keep the process alive.
 */
export function boundHeap(collect: (() => void) | undefined = globalThis.gc): void {
  if (!collect) return;
  let left = heapUsed();
  const look = (): void => {
    if (heapUsed() < left + MOST_GARBAGE) return;
    collect();
    left = heapUsed();
  };
  setInterval(look, EVERY_MS).unref();
}

/** What `process.memoryUsage()` says of the heap, without asking the system for all the rest. */
function heapUsed(): number {
  return getHeapStatistics().used_heap_size;
}
