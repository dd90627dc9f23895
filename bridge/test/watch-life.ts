import type { CuttingProxy } from './cutting-proxy.ts';
import { isBundle } from './deadly-point.ts';

/** When a process dies. */
export interface Moment {
  /** Which of its requests count: all, or the bundles of records only. */
  readonly of: 'request' | 'bundle';
  /** It dies by the n-th of them, from 1. */
  readonly nth: number;
  /** How long that one is still on its way after the death. 0: the server has it before. */
  readonly holdMs: number;
  /** How long after that request it dies, if `holdMs` is 0; later when the server has answered everything by then. */
  readonly afterMs: number;
}

/** What a process has done so far, seen from the proxy; counts on until it is dead. */
export interface Life {
  requests: number;
  bundles: number;
  /** Requests before its first bundle. */
  before: number;
  /** `performance.now()` of its first request. */
  begunAt: number | undefined;
}

/**
 * Watches the process that signs in next, and calls `kill` at its moment, if it has one: with the number of requests that
 * the server has, or will have, and has not answered. There is always one.
 */
export function watchLife(proxy: CuttingProxy, moment: Moment | undefined, kill: (inFlight: number) => void): Life {
  const life: Life = { requests: 0, bundles: 0, before: 0, begunAt: undefined };
  let state: 'alive' | 'doomed' | 'dead' = 'alive';
  const die = (inFlight: number): void => {
    state = 'dead';
    kill(inFlight);
  };
  const count = (body: string): boolean => {
    life.requests++;
    if (isBundle(body)) life.bundles++;
    if (life.bundles === 0) life.before = life.requests;
    if (moment?.of === 'bundle') return isBundle(body) && life.bundles === moment.nth;
    return life.requests === moment?.nth;
  };
  proxy.cut = (_method, path, body) => {
    // What its predecessor sent may still arrive.
    if (life.begunAt === undefined && path.includes('oauth2/token')) life.begunAt = performance.now();
    if (life.begunAt === undefined || state === 'dead') return undefined;
    const isMoment = count(body);
    if (state === 'doomed') die(proxy.open + 1);
    else if (moment && isMoment && moment.holdMs > 0) {
      die(proxy.open + 1);
      return { holdMs: moment.holdMs };
    } else if (moment && isMoment) {
      setTimeout(() => {
        state = 'doomed';
        if (proxy.open > 0) die(proxy.open);
      }, moment.afterMs);
    }
    return undefined;
  };
  return life;
}
