import type { MedplumClient } from '@medplum/core';

/** A client of a process that can die. */
export interface MortalClient {
  readonly medplum: MedplumClient;
  /** What is on its way goes on at the server, but no answer comes back any more, and nothing else is ever sent. */
  kill(): void;
  /** Resolves when it was killed: whoever waits for one of its calls waits for ever, as in a process that is no more. */
  readonly died: Promise<void>;
}

const NEVER = new Promise<never>(() => undefined);

/** Gives a client that works like `medplum` until it is killed. */
export function mortalClient(medplum: MedplumClient): MortalClient {
  let isDead = false;
  const { promise: died, resolve } = Promise.withResolvers<void>();
  const call = (method: (...args: unknown[]) => unknown, args: unknown[]): unknown => {
    if (isDead) return NEVER;
    const answer = method.apply(medplum, args);
    if (!(answer instanceof Promise)) return answer;
    return answer.then(
      (value) => (isDead ? NEVER : value),
      (error: unknown) => (isDead ? NEVER : Promise.reject(error)),
    );
  };
  const mortal = new Proxy(medplum, {
    get: (target, name) => {
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? (...args: unknown[]) => call(member, args) : member;
    },
  });
  const kill = (): void => {
    isDead = true;
    resolve();
  };
  return { medplum: mortal, kill, died };
}
