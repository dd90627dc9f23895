import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { ImportDecision } from '../contract/import-decision.ts';
import type { Decision } from '../contract/import-hold.ts';
import { HttpError, PermanentError } from '../errors.ts';
import type { Caller } from '../medplum/callers.ts';
import { assertMayDecide } from './assert-may-decide.ts';
import { readImport } from './read-import.ts';

/** Decides about an import on hold with the decider's own client; see `decideImport` in the room export. */
export type Decide = (decider: MedplumClient, taskId: string, decision: Decision) => Promise<ImportDecision['outcome']>;

/**
 * Lets a caller decide about an import on hold.
 *
 * @throws HttpError 403 for a patient or a relative, whatever the import, and for whoever may not write its Task; 404 for
 *   an import that is not theirs to see; 409 when it does not wait for this decision.
 */
export async function decideAs(
  decide: Decide,
  caller: Caller,
  taskId: string,
  decision: Decision,
): Promise<ImportDecision> {
  assertMayDecide(caller);
  const { id } = await readImport(caller, taskId);
  return { outcome: await refusing(() => decide(caller.client(), id, decision)) };
}

const STATUSES: Readonly<Record<string, number>> = { 'decider-not-allowed': 403, 'decider-unknown': 401 };

/** Does it, and turns what cannot be done into a refusal of the caller: 409 unless it is about who they are. */
export async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof PermanentError) {
      const status = STATUSES[error.code] ?? 409;
      throw new HttpError(status, status === 409 ? 'conflict' : 'forbidden', error.message);
    }
    const status = error instanceof OperationOutcomeError ? getStatus(error.outcome) : undefined;
    if (status === 401) throw new HttpError(401, 'login', 'the access token is not valid');
    if (status === 403) throw new HttpError(403, 'forbidden', 'you may not change this import');
    throw error;
  }
}
