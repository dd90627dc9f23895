import type { CuttingProxy } from './cutting-proxy.ts';

/** A place in the life of an import at which its process dies, with one of its requests on its way. */
export interface DeadlyPoint {
  /** Which requests count: all, or the transactions only, which are what may commit after the death. */
  readonly of: 'request' | 'transaction';
  /** It dies with the n-th of them, from 1. */
  readonly nth: number;
  /** How long that one is still on its way, while the next process has begun already. */
  readonly holdMs: number;
}

/** How many requests went through, of each kind; counts on. */
export interface Watch {
  requests: number;
  transactions: number;
}

/** Watches the requests that go through the proxy from now on, and calls `kill` at the point, if there is one. */
export function killAt(proxy: CuttingProxy, point: DeadlyPoint | undefined, kill: () => void): Watch {
  const watch: Watch = { requests: 0, transactions: 0 };
  proxy.cut = (_method, _path, body) => {
    watch.requests++;
    if (isTransaction(body)) watch.transactions++;
    else if (point?.of === 'transaction') return undefined;
    const count = point?.of === 'transaction' ? watch.transactions : watch.requests;
    if (count !== point?.nth) return undefined;
    kill();
    return { holdMs: point.holdMs };
  };
  return watch;
}

/** A bundle of ours ends with its fence; the probe whether the server knows transactions has none. */
function isTransaction(body: string): boolean {
  return body.includes('"type":"transaction"') && body.includes('"ifMatch"');
}
