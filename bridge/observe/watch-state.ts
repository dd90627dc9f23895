import { Gauge, type Registry } from 'prom-client';

/** How many jobs wait, run, are delayed or have failed, by queue. */
type QueueDepths = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What is looked up when the metrics are scraped. */
export interface Watched {
  readonly depths: () => Promise<QueueDepths>;
  /** Seconds for which the first job of each queue has been ready to run. */
  readonly waits: () => Promise<Readonly<Record<string, number>>>;
  /** Seconds until Fasten deletes the first export that nobody has fetched; undefined when there is none. */
  readonly deadline: () => Promise<number | undefined>;
  /** Processes that run jobs. */
  readonly workers: () => Promise<number>;
  /** When retention last ended well, in seconds since 1970; undefined when it never did. */
  readonly retained: () => Promise<number | undefined>;
  /** What `/readyz` says. */
  readonly readiness: () => Promise<Readonly<Record<string, boolean>>>;
  /** Bytes that the spool may still grow by; undefined where there is none. */
  readonly spoolFree: () => Promise<number | undefined>;
}

/** A scraper gives up after ten seconds; what cannot be told by then must not hide the rest. */
const PATIENCE_MS = 3_000;

/** The gauges whose value is looked up at each scrape. What does not answer in time is left out of that one. */
export function createStateGauges(registry: Registry, watched: () => Partial<Watched>): void {
  const gauge = (name: string, help: string, labelNames: string[], read: (self: Gauge) => Promise<void>) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      async collect() {
        this.reset();
        // A value that is not known is not 0.
        if (labelNames.length === 0) this.remove();
        await inTime(read(this));
      },
    });
  const single = (name: string, help: string, read: () => Promise<number | undefined> | undefined) =>
    gauge(name, help, [], async (self) => {
      const value = await read();
      if (value !== undefined) self.set(value);
    });
  gauge('bridge_queue_jobs', 'Jobs in each queue by state', ['queue', 'state'], async (self) => {
    for (const [queue, states] of Object.entries((await watched().depths?.()) ?? {})) {
      for (const [state, count] of Object.entries(states)) self.set({ queue, state }, count);
    }
  });
  gauge('bridge_queue_oldest_seconds', 'How long the first job of a queue waits', ['queue'], async (self) => {
    for (const [queue, seconds] of Object.entries((await watched().waits?.()) ?? {})) self.set({ queue }, seconds);
  });
  gauge('bridge_ready', 'What /readyz says of each part: 1 ok, 0 down', ['check'], async (self) => {
    const states = Object.entries((await watched().readiness?.()) ?? {});
    for (const [check, isReady] of states) self.set({ check }, isReady ? 1 : 0);
  });
  const deadline = 'Time until Fasten deletes the first export that nobody has fetched; absent when there is none';
  single('bridge_export_deadline_seconds', deadline, () => watched().deadline?.());
  single('bridge_workers', 'Processes that run jobs, as Redis hears of them', () => watched().workers?.());
  const retained = 'When retention last ended well, in seconds since 1970';
  single('bridge_retention_last_success_seconds', retained, () => watched().retained?.());
  const room = 'Room on the disk of the spool; absent where no jobs run';
  single('bridge_spool_free_bytes', room, () => watched().spoolFree?.());
}

async function inTime(reading: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, PATIENCE_MS);
  try {
    await Promise.race([reading, late.promise]);
  } catch {
    // Told by what cannot be read: `bridge_ready`.
  } finally {
    clearTimeout(timer);
  }
}
