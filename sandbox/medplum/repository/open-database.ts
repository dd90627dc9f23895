import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

/**
 * One row of `resource` for each resource, one of `version` for each version (content null: deleted), one row of an
 * index table for each searchable value. Index rows carry `param`, a small number for one search parameter of one type.
 */
const SCHEMA = `
  CREATE TABLE resource (
    rid INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, project TEXT, vid INTEGER NOT NULL,
    last_updated TEXT NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, source TEXT);
  CREATE UNIQUE INDEX resource_id ON resource (id, type);
  CREATE INDEX resource_type ON resource (type, project, deleted, last_updated);
  CREATE INDEX resource_source ON resource (source) WHERE source IS NOT NULL;
  CREATE TABLE version (
    vid INTEGER PRIMARY KEY, rid INTEGER NOT NULL, version_id TEXT NOT NULL, last_updated TEXT NOT NULL, content TEXT);
  CREATE INDEX version_rid ON version (rid);
  CREATE TABLE param (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE token_index (
    param INTEGER, code TEXT, system TEXT, rid INTEGER, PRIMARY KEY (param, code, system, rid)) WITHOUT ROWID;
  CREATE TABLE text_index (param INTEGER, text TEXT, rid INTEGER, PRIMARY KEY (param, text, rid)) WITHOUT ROWID;
  CREATE TABLE string_index (
    param INTEGER, lower TEXT, value TEXT, rid INTEGER, PRIMARY KEY (param, lower, value, rid)) WITHOUT ROWID;
  CREATE TABLE reference_index (param INTEGER, value TEXT, rid INTEGER, PRIMARY KEY (param, value, rid)) WITHOUT ROWID;
  CREATE TABLE date_index (param INTEGER, value TEXT, rid INTEGER, PRIMARY KEY (param, value, rid)) WITHOUT ROWID;
  CREATE INDEX text_row ON text_index (rid);
  CREATE INDEX date_row ON date_index (rid);
  CREATE TABLE number_index (param INTEGER, value REAL, rid INTEGER, PRIMARY KEY (param, value, rid)) WITHOUT ROWID;
  CREATE TABLE login (id TEXT PRIMARY KEY, content TEXT NOT NULL);
`;

/** Raise it with every change of the schema or of what is indexed: an older file is refused with a remedy. */
const SCHEMA_VERSION = 3;

export type Value = SQLInputValue;

/** A piece of SQL over the table `resource r`, and its parameters in order. */
export interface Sql {
  readonly text: string;
  readonly values: readonly Value[];
  /** Few resources satisfy it, and an index leads to them: a search had better start from it than from all of a type. */
  readonly narrow?: boolean;
  /** Where its rows are listed, with the same values; absent where the first few are not found faster than all. */
  readonly select?: string | undefined;
  /** The same, asked of one row instead of listing all, with the same values. */
  readonly ofRow?: string | undefined;
  /** When it bounds the one value that a resource has of a parameter: whose, and how. */
  readonly bound?: Bound | undefined;
}

/** `value >= ?`, say, of the rows of one parameter. */
export interface Bound {
  readonly param: number;
  readonly test: string;
  readonly value: Value;
}
export type Row = Record<string, SQLOutputValue>;

/** A sqlite file (or memory) with prepared statements kept by their text. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** @param path a file, created when missing, or `:memory:` */
  constructor(path: string) {
    this.#db = new DatabaseSync(path);
    // WAL with synchronous=NORMAL: a commit survives kill -9 of the process (the write has reached the kernel).
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY');
    const version = Number(this.#db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
    if (version === 0) {
      this.#db.exec(SCHEMA);
      this.#db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    } else if (version !== SCHEMA_VERSION) {
      this.#db.close();
      throw new Error(`The sandbox data in ${path} is of another version: start once with --fresh`);
    }
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run(sql: string, ...values: Value[]): { lastInsertRowid: number } {
    return { lastInsertRowid: Number(this.#prepare(sql).run(...values).lastInsertRowid) };
  }

  get(sql: string, ...values: Value[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  all(sql: string, ...values: Value[]): Row[] {
    return this.#prepare(sql).all(...values);
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      // Searches make a text each; lists of values travel as one JSON parameter, so there are not many.
      if (this.#statements.size >= 1000) this.#statements.clear();
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
