import { AsyncLocalStorage } from 'node:async_hooks';
import type { Step, StepFields, StepOptions, Tracer } from './tracer.ts';

/** One a process, as a trace runs through whatever the process does. */
let tracer: Tracer | undefined;
const running = new AsyncLocalStorage<Step>();

/**
 * Begins to trace. What it needs is loaded only now: a process that does not trace pays for nothing.
 *
 * @param endpoint - Base address of an OTLP/HTTP receiver; `/v1/traces` is appended.
 * @returns Sends what is left, and ends tracing.
 */
export async function startTracing(endpoint: string): Promise<() => Promise<void>> {
  const { openTelemetry } = await import('./open-telemetry.ts');
  const opened = openTelemetry(endpoint);
  tracer = opened;
  return async () => {
    if (tracer === opened) tracer = undefined;
    await opened.close();
  };
}

/** Runs `work` as one step of the running trace, or of a new one; simply runs it where nothing is traced. */
export async function inStep<T>(name: string, options: StepOptions, work: () => Promise<T>): Promise<T> {
  if (tracer === undefined) return work();
  const parent = options.parent ?? running.getStore()?.traceparent;
  const step = tracer.begin(name, { ...options, parent });
  try {
    const result = await running.run(step, work);
    step.end();
    return result;
  } catch (error) {
    step.end(error instanceof Error ? error.name : 'unknown');
    throw error;
  }
}

/** Adds to what the running step says of itself. */
export function noteStep(fields: StepFields): void {
  if (tracer !== undefined) running.getStore()?.note(fields);
}

/** The running step as W3C traceparent, for whoever goes on elsewhere; undefined where nothing is traced. */
export function traceparent(): string | undefined {
  return tracer && running.getStore()?.traceparent;
}
