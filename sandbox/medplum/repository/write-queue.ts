import type { Database } from './open-database.ts';

/**
 * Lets one transaction at a time onto the one connection. What is not part of the open transaction waits until it is
 * over, reads too: on the same connection they would see what may yet be rolled back.
 */
export class WriteQueue {
  readonly #db: Database;
  #last: Promise<void> = Promise.resolve();
  #open = false;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Resolves when no transaction is open. */
  async idle(): Promise<void> {
    while (this.#open) await this.#last;
  }

  /** Runs `work` between BEGIN and COMMIT, alone; when it throws, everything is rolled back and the error goes on. */
  async transaction<T>(work: () => Promise<T>, onRollback: () => void): Promise<T> {
    const turn = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = turn.promise;
    await before;
    this.#open = true;
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      const result = await work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      onRollback();
      throw error;
    } finally {
      this.#open = false;
      turn.resolve();
    }
  }
}
