/** What a test can turn on the running server; every field is read at each request. */
export interface Switches {
  /** `transaction-bundles` of every project: false runs a transaction as a batch, as a stock server does. */
  transactionBundles: boolean;
  /** True, as on the real server: a transaction whose client went away still commits. False: it is rolled back. */
  zombieCommits: boolean;
  /** How long a bundle's transaction (or a conditional write) stays pending before it takes effect. */
  commitDelayMs: number;
  /** Added to every FHIR request before it is looked at. */
  delayMs: number;
  /** Units a minute and member (ten times that a project): read 1, history 10, search 20, write 100. Absent: no limit. */
  quota: Quota | undefined;
  /** Conditional writes that overlap end in 409 (Postgres 40001) after one retry, as on the real server. */
  serializationConflicts: boolean;
  /** Largest JSON body, after decompression. */
  maxJsonBytes: number;
  /** Largest body of an asynchronous batch (`Prefer: respond-async`). */
  maxAsyncBatchBytes: number;
  /** `vmContextBotsEnabled` of the server's configuration, which a stock server does not have: false runs no bots. */
  vmContextBots: boolean;
  /**
   * As on 5.0.10, an AccessPolicy guards neither what a chained search leads over nor what `_revinclude` finds of a type
   * without a rule. False: it does.
   */
  policyGaps: boolean;
  /** How often a websocket that is bound to something is told so. */
  heartbeatMs: number;
  /** Rest before a rest-hook that failed is called again; each further one is twice as long. */
  hookBackoffMs: number;
  /** Whether replies carry the `RateLimit` header. */
  rateLimitHeaders: boolean;
}

export interface Quota {
  readonly fhirInteractionsPerMinute: number;
}

export const defaultSwitches: Switches = {
  transactionBundles: true,
  zombieCommits: true,
  commitDelayMs: 0,
  delayMs: 0,
  quota: undefined,
  serializationConflicts: true,
  maxJsonBytes: 1_048_576,
  maxAsyncBatchBytes: 50 * 1_048_576,
  vmContextBots: true,
  policyGaps: true,
  heartbeatMs: 10_000,
  hookBackoffMs: 1000,
  rateLimitHeaders: true,
};
