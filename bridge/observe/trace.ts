import { AsyncLocalStorage } from 'node:async_hooks';

/** What a step of a trace may say of itself: ids that we or Fasten made up, codes and counts, as in the log. */
export interface StepFields {
  readonly queue?: string;
  readonly jobId?: string;
  readonly attempt?: number;
  readonly eventType?: string;
  readonly taskId?: string;
  readonly exportId?: string;
  readonly status?: number;
  readonly bytes?: number;
}

export type StepKind = 'server' | 'client' | 'consumer' | 'internal';

export interface StepOptions extends StepFields {
  readonly kind?: StepKind;
  /** W3C traceparent of the step that led to this one, in another process; else the one that runs here. */
  readonly parent?: string | undefined;
}

/** One step while it runs. */
export interface Step {
  /** W3C traceparent: `00-<trace>-<step>-<flags>`. */
  readonly traceparent: string;
  note(fields: StepFields): void;
  /** `fault`: a code, or the class of an error; never its words. */
  end(fault?: string): void;
}

/** Keeps steps and sends them somewhere; see `openTelemetry`. */
export interface Tracer {
  begin(name: string, options: StepOptions): Step;
  close(): Promise<void>;
}

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
