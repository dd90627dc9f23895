import type { MedplumClient } from '@medplum/core';

/** A client whose process dies while one of its calls is under way. */
export interface MortalClient {
  readonly medplum: MedplumClient;
  /** Resolves when it has died. Whoever waits for one of its calls waits for ever, as in a process that is no more. */
  readonly died: Promise<void>;
}

const NEVER = new Promise<never>(() => undefined);

/** The n-th call (from 1) still goes out to the server, which may carry it out; no answer ever comes back. */
export function mortalClient(medplum: MedplumClient, deadlyCall: number): MortalClient {
  let calls = 0;
  const { promise: died, resolve: die } = Promise.withResolvers<void>();
  const call = (method: (...args: unknown[]) => unknown, args: unknown[]): unknown => {
    if (calls >= deadlyCall) return NEVER;
    const answer = method.apply(medplum, args);
    if (!(answer instanceof Promise)) return answer;
    calls++;
    if (calls < deadlyCall) return answer.then((value) => (calls < deadlyCall ? value : NEVER));
    answer.catch(() => undefined);
    die();
    return NEVER;
  };
  const mortal = new Proxy(medplum, {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? (...args: unknown[]) => call(member, args) : member;
    },
  });
  return { medplum: mortal, died };
}
