import { AsyncLocalStorage } from 'node:async_hooks';

/** What every log line written on behalf of one request or job carries. Ids of ours only. */
export interface WorkContext {
  readonly requestId?: string;
  readonly queue?: string;
  readonly jobId?: string;
  readonly attempt?: number;
}

const storage = new AsyncLocalStorage<WorkContext>();

/** Runs `work`, and whatever it starts, with `context` on its log lines. */
export function runInContext<T>(context: WorkContext, work: () => T): T {
  return storage.run(context, work);
}

/** The context of the running work; empty outside of any. */
export function currentContext(): WorkContext {
  return storage.getStore() ?? {};
}
