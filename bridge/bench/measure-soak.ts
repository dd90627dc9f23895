import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Stack, startStack } from '../test/start-stack.ts';
import { connectPatient, countCompleted, signIn } from './connect-patient.ts';
import { judgeGrowth, type MemoryFigures } from './judge-growth.ts';

export interface SoakFigures {
  readonly imports: number;
  readonly resourcesEach: number;
  readonly seconds: number;
  readonly api: MemoryFigures;
  readonly worker: MemoryFigures;
}

const RESOURCES = 30;
/** As many are on their way at a time: the worker never waits, and no queue grows. */
const UNDER_WAY = 8;
const SAMPLE_EVERY = 10;
const POLL_MS = 250;
/** For a collection of garbage, and for what is free then to go back to the system. */
const SETTLE_MS = 1000;
const SETTINGS = {
  NODE_OPTIONS: `--import=${new URL('collect-on-signal.ts', import.meta.url).href}`,
  RATE_LIMIT_PER_MINUTE: '1000000',
  // As the image sets it (Dockerfile): what is measured is what runs.
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '131072',
};

/**
 * So many small imports through one API and one worker, each of a new patient, and how much memory both held on the way. Time
 * means nothing here, so other work on the machine does no harm.
 */
export async function measureSoak(imports: number): Promise<SoakFigures> {
  console.error(`bench: soak, ${imports} imports`);
  const stack = await startStack(SETTINGS);
  try {
    const worker = stack.makeWorker('spool');
    await worker.start();
    await stack.fasten.setWebhook({
      url: `${stack.api.origin}/api/fasten-health/webhook`,
      connectionEvents: false,
    });
    const startedAt = performance.now();
    const [api, own] = await loadAll(stack, imports, [stack.api.pid, worker.pid]);
    return {
      imports,
      resourcesEach: RESOURCES,
      seconds: Math.round((performance.now() - startedAt) / 1000),
      api: judgeGrowth(api ?? []),
      worker: judgeGrowth(own ?? []),
    };
  } finally {
    await stack.close();
  }
}

/** A series of resident memory in MB, one sample every ten imports, for each of the processes. */
async function loadAll(
  stack: Stack,
  imports: number,
  processes: readonly (() => number | undefined)[],
): Promise<number[][]> {
  const medplum = await signIn(stack);
  const series = processes.map((): number[] => []);
  let connected = 0;
  for (let completed = 0; completed < imports; completed = await countCompleted(medplum)) {
    for (; connected < imports && connected - completed < UNDER_WAY; connected++)
      await connectPatient(stack, medplum, connected + 1, RESOURCES);
    const [first] = series;
    if (first && completed >= (first.length + 1) * SAMPLE_EVERY) {
      for (const [index, pid] of processes.entries()) series[index]?.push(await readResidentMb(pid() ?? 0));
    }
    await wait(POLL_MS);
  }
  return series;
}

/** What Linux holds in memory of a process that has just collected its garbage. */
async function readResidentMb(pid: number): Promise<number> {
  process.kill(pid, 'SIGUSR2');
  await wait(SETTLE_MS);
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(status) ?? [];
  return Number((Number(kilobytes) / 1024).toFixed(1));
}
