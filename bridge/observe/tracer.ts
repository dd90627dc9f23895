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
