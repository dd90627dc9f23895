import type { SourcePatch } from './patch-text.ts';

/**
 * What the suite shortens in the processes that it starts: how long a dead worker's jobs and locks stay taken, waits
 * between tries, and bundles, so that a small record makes as many as a large one. What is done is left as it is.
 */
export const SHORT_TIMES: readonly SourcePatch[] = [
  {
    file: 'bridge/queue/start-workers.ts',
    text: 'lockDuration: deps.timing?.lockMs ?? spec.lockDurationMs',
    by: 'lockDuration: 3_000',
  },
  {
    file: 'bridge/queue/start-workers.ts',
    text: 'const STALLED_CHECK_MS = 15_000;',
    by: 'const STALLED_CHECK_MS = 700;',
  },
  { file: 'bridge/queue/hold-lock.ts', text: 'ttlMs = 30_000, retryMs = 5_000', by: 'ttlMs = 4_000, retryMs = 300' },
  {
    file: 'bridge/queue/open-queues.ts',
    text: 'backoff: spec.backoff,',
    by: 'backoff: { ...spec.backoff, delay: 200 },',
  },
  { file: 'bridge/download/fetch-file.ts', text: '[1_000, 5_000, 20_000]', by: '[100, 300, 1_000]' },
  // Longer than any request is under way here.
  { file: 'bridge/feed/feed-bot.job.ts', text: 'const SETTLE_MS = 15_000;', by: 'const SETTLE_MS = 3_000;' },
  { file: 'bridge/feed/run-bot.ts', text: '[1_000, 5_000]', by: '[100, 500]' },
  {
    file: 'bridge/export/import-export.job.ts',
    text: 'const WATCH_EVERY_MS = 10_000;',
    by: 'const WATCH_EVERY_MS = 400;',
  },
  // A day passes between two exports; the simulator takes the record for changed when it is told so.
  {
    file: 'bridge/export/next-export.ts',
    text: 'const EXPORT_KEPT_MS = 25 * 60 * 60 * 1000;',
    by: 'const EXPORT_KEPT_MS = 0;',
  },
  { file: 'bridge/ingest/write/draft.ts', text: 'MAX_ENTRIES = 100;', by: 'MAX_ENTRIES = 15;' },
];
