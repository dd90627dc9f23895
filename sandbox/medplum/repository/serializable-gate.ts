import { setImmediate as nextTurn } from 'node:timers/promises';
import { conflict, getStatus, OperationOutcomeError } from '@medplum/core';
import type { ResourceTypeInput } from '@medplum/fhir-router';

const ATTEMPTS = 2;

/**
 * The sandbox's stand-in for Postgres' SERIALIZABLE: of conditional writes to one type that overlap, the first to
 * commit wins, the others are tried once more and then refused with 409.
 */
export class SerializableGate {
  readonly #committed = new Map<string, number>();

  /**
   * @param attempt runs the transaction; it must call `check` once it is alone on the database, before anything else,
   *   and `commit` when it has written something
   */
  async run<T>(types: ResourceTypeInput, attempt: (check: () => void, commit: () => void) => Promise<T>): Promise<T> {
    const keys: readonly string[] = typeof types === 'string' ? [types] : [...types];
    for (let n = 1; ; n++) {
      const seen = this.#sum(keys);
      // A turn of the event loop stands for the time that a snapshot lives on a real database.
      await nextTurn();
      const check = () => {
        if (this.#sum(keys) !== seen) throw serializationFailure();
      };
      try {
        return await attempt(check, () => this.#count(keys));
      } catch (error) {
        if (n >= ATTEMPTS || !isConflict(error)) throw error;
      }
    }
  }

  #sum(keys: readonly string[]): number {
    return keys.reduce((sum, key) => sum + (this.#committed.get(key) ?? 0), 0);
  }

  #count(keys: readonly string[]): void {
    for (const key of keys) this.#committed.set(key, (this.#committed.get(key) ?? 0) + 1);
  }
}

/** What a write ends in that Postgres could not serialise, after one retry. */
export function serializationFailure(): OperationOutcomeError {
  const text = 'could not serialize access due to read/write dependencies among transactions';
  return new OperationOutcomeError(conflict(text, '40001'));
}

function isConflict(error: unknown): boolean {
  return error instanceof OperationOutcomeError && getStatus(error.outcome) === 409;
}
