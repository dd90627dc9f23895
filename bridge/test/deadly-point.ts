import type { CuttingProxy } from './cutting-proxy.ts';

/** A place in the life of an import at which its process dies, with one of its requests on its way. */
export interface DeadlyPoint {
  /** Which requests count: all, or the bundles of records only, which are what may take effect after the death. */
  readonly of: 'request' | 'bundle';
  /** It dies with the n-th of them, from 1. */
  readonly nth: number;
  /** How long that one is still on its way, while the next process has begun already. */
  readonly holdMs: number;
}

/** How many requests went through, of each kind; counts on. */
export interface Watch {
  requests: number;
  bundles: number;
}

/** Watches the requests that go through the proxy from now on, and calls `kill` at the point, if there is one. */
export function killAt(proxy: CuttingProxy, point: DeadlyPoint | undefined, kill: () => void): Watch {
  const watch: Watch = { requests: 0, bundles: 0 };
  proxy.cut = (_method, _path, body) => {
    watch.requests++;
    if (isBundle(body)) watch.bundles++;
    else if (point?.of === 'bundle') return undefined;
    const count = point?.of === 'bundle' ? watch.bundles : watch.requests;
    if (count !== point?.nth) return undefined;
    kill();
    return { holdMs: point.holdMs };
  };
  return watch;
}

/** A bundle of records ends with its lane; a batch of searches and the probe whether there are transactions have none. */
export function isBundle(body: string): boolean {
  return /"type":"(transaction|batch)"/.test(body.slice(0, 100)) && body.includes('"ifMatch"');
}
