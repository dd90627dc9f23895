import { setInterval } from 'node:timers/promises';
import type { MedplumClient } from '@medplum/core';
import { PermanentError } from '../errors.ts';
import { CONNECTION_REVOKED } from './end-task.ts';

export interface WhileActiveOptions {
  readonly medplum: Pick<MedplumClient, 'readResource'>;
  readonly consentId: string;
  /** How often the Consent is read: one cheap request beside the thousands of a load. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/**
 * Runs work for as long as a connection is active. The Consent itself is watched, so that it does not matter who ended
 * it: our API, Fasten, or somebody in the Medplum app.
 *
 * @param work - Its signal is aborted when the caller's is, or when the connection has ended.
 * @throws PermanentError `connection-revoked` when the work was stopped by the connection's end; else what the work throws.
 */
export async function whileActive<T>(
  options: WhileActiveOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const [ended, done] = [new AbortController(), new AbortController()];
  const watching = watch(options, ended, done.signal);
  try {
    return await work(AbortSignal.any([options.signal, ended.signal]));
  } catch (cause) {
    if (!ended.signal.aborted || options.signal.aborted) throw cause;
    throw new PermanentError(CONNECTION_REVOKED, 'the connection was revoked while its export was loaded', { cause });
  } finally {
    done.abort();
    await watching;
  }
}

async function watch(
  { medplum, consentId, everyMs }: WhileActiveOptions,
  ended: AbortController,
  done: AbortSignal,
): Promise<void> {
  try {
    for await (const _ of setInterval(everyMs, undefined, { signal: done })) {
      // A server that does not answer says nothing about the Consent.
      const consent = await medplum.readResource('Consent', consentId).catch(() => undefined);
      if (consent !== undefined && consent.status !== 'active') {
        ended.abort();
        return;
      }
    }
  } catch {
    // Done: the timer says so by throwing.
  }
}
