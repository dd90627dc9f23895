import type { WithId } from '@medplum/core';
import type { Resource, StructureDefinition } from '@medplum/fhirtypes';
import { type IndexRow, type IndexTable, indexedSource, indexResource } from '../search/index-resource.ts';
import type { Database, Row, Sql } from './open-database.ts';

const INDEX_COLUMNS: Record<IndexTable, readonly string[]> = {
  token_index: ['code', 'system'],
  text_index: ['text'],
  string_index: ['lower', 'value'],
  reference_index: ['value'],
  date_index: ['value'],
  number_index: ['value'],
};

export interface StoredResource {
  readonly rid: number;
  readonly resourceType: string;
  readonly id: string;
  readonly project: string | undefined;
  readonly lastUpdated: string;
  /** JSON text of the current version; undefined: deleted. */
  readonly content: string | undefined;
}

export interface StoredVersion {
  readonly versionId: string;
  readonly lastUpdated: string;
  readonly content: string | undefined;
}

/** Resources, their versions and index rows in sqlite. Knows nothing of callers, policies or transactions. */
export class ResourceStore {
  readonly db: Database;
  /** Versions written since the start: tells whether something happened in between. */
  writes = 0;
  readonly #params = new Map<string, number>();

  constructor(db: Database) {
    this.db = db;
    this.forgetUncommitted();
  }

  /** The number of a search parameter of a type, for instance `Observation.code`; given out on first use. */
  paramNumber(resourceType: string, code: string): number {
    const name = `${resourceType}.${code}`;
    const known = this.#params.get(name);
    if (known !== undefined) return known;
    // A transaction that is rolled back takes the row along: remember only what a second look finds again.
    this.db.run('INSERT OR IGNORE INTO param (name) VALUES (?)', name);
    const number = Number(this.db.get('SELECT number FROM param WHERE name = ?', name)?.number);
    this.#params.set(name, number);
    return number;
  }

  /** Must be called after a rollback: numbers given out inside the transaction are gone. */
  forgetUncommitted(): void {
    this.#params.clear();
    for (const row of this.db.all('SELECT number, name FROM param')) {
      this.#params.set(String(row.name), Number(row.number));
    }
  }

  find(resourceType: string, id: string): StoredResource | undefined {
    const row = this.db.get(
      `SELECT r.rid, r.type, r.id, r.project, r.last_updated, v.content
       FROM resource r JOIN version v ON v.vid = r.vid WHERE r.id = ? AND r.type = ?`,
      id,
      resourceType,
    );
    return row && toStored(row);
  }

  /** JSON text of a version; undefined: a deletion. */
  contentOf(vid: number): string | undefined {
    return textOf(this.db.get('SELECT content FROM version WHERE vid = ?', vid)?.content);
  }

  /** Whether a condition on `r` is true of one resource. A deleted one has nothing left to be found by. */
  matches(rid: number, condition: Sql): boolean {
    const sql = `SELECT 1 FROM resource r WHERE r.rid = ? AND ${condition.text}`;
    return this.db.get(sql, rid, ...condition.values) !== undefined;
  }

  /** The StructureDefinition that a client stored under this url. */
  findProfile(url: string): StructureDefinition | undefined {
    const all = this.current('StructureDefinition').map((content): StructureDefinition => JSON.parse(content));
    return all.find((one) => one.url === url);
  }

  /** JSON texts of all living resources of a type of which there are few. */
  current(resourceType: string): string[] {
    const sql = 'SELECT v.content FROM resource r JOIN version v ON v.vid = r.vid WHERE r.type = ?';
    return this.db.all(sql, resourceType).flatMap(({ content }) => textOf(content) ?? []);
  }

  /** Adds the first version of a resource and tells its text; `id` and `meta.versionId` are in the resource. */
  insert(resource: WithId<Resource>, project: string | undefined): string {
    const { lastInsertRowid: rid } = this.db.run(
      'INSERT INTO resource (type, id, project, vid, last_updated, source) VALUES (?, ?, ?, 0, ?, ?)',
      resource.resourceType,
      resource.id,
      project ?? null,
      resource.meta?.lastUpdated ?? '',
      indexedSource(resource),
    );
    const content = this.#addVersion(rid, resource);
    this.#addIndexRows(resource.resourceType, rid, indexResource(resource));
    return content;
  }

  /** Puts a version on top and tells its text; the index follows. */
  replace(stored: StoredResource, resource: WithId<Resource>): string {
    this.#dropIndexRows(stored);
    this.db.run(
      'UPDATE resource SET last_updated = ?, deleted = 0, source = ? WHERE rid = ?',
      resource.meta?.lastUpdated ?? '',
      indexedSource(resource),
      stored.rid,
    );
    const content = this.#addVersion(stored.rid, resource);
    this.#addIndexRows(resource.resourceType, stored.rid, indexResource(resource));
    return content;
  }

  delete(stored: StoredResource, versionId: string, lastUpdated: string): void {
    this.#dropIndexRows(stored);
    this.db.run(
      'UPDATE resource SET last_updated = ?, deleted = 1, source = NULL WHERE rid = ?',
      lastUpdated,
      stored.rid,
    );
    this.#addVersionRow(stored.rid, versionId, lastUpdated, null);
  }

  /** Takes a resource away with all its versions, as if it had never been. */
  expunge(stored: StoredResource): void {
    this.writes++;
    this.#dropIndexRows(stored);
    this.db.run('DELETE FROM version WHERE rid = ?', stored.rid);
    this.db.run('DELETE FROM resource WHERE rid = ?', stored.rid);
  }

  /** Newest first. */
  versions(rid: number, limit: number, offset: number): StoredVersion[] {
    const sql =
      'SELECT version_id, last_updated, content FROM version WHERE rid = ? ORDER BY vid DESC LIMIT ? OFFSET ?';
    return this.db.all(sql, rid, limit, offset).map(toVersion);
  }

  countVersions(rid: number): number {
    return Number(this.db.get('SELECT COUNT(*) AS n FROM version WHERE rid = ?', rid)?.n);
  }

  version(rid: number, versionId: string): StoredVersion | undefined {
    const sql = 'SELECT version_id, last_updated, content FROM version WHERE rid = ? AND version_id = ?';
    const row = this.db.get(sql, rid, versionId);
    return row && toVersion(row);
  }

  #addVersion(rid: number, resource: Resource): string {
    const { versionId = '', lastUpdated = '' } = resource.meta ?? {};
    const content = JSON.stringify(resource);
    this.#addVersionRow(rid, versionId, lastUpdated, content);
    return content;
  }

  #addVersionRow(rid: number, versionId: string, lastUpdated: string, content: string | null): void {
    this.writes++;
    const { lastInsertRowid: vid } = this.db.run(
      'INSERT INTO version (rid, version_id, last_updated, content) VALUES (?, ?, ?, ?)',
      rid,
      versionId,
      lastUpdated,
      content,
    );
    this.db.run('UPDATE resource SET vid = ? WHERE rid = ?', vid, rid);
  }

  #addIndexRows(resourceType: string, rid: number, rows: readonly IndexRow[]): void {
    for (const row of rows) {
      this.db.run(INSERT_INDEX[row.table], this.paramNumber(resourceType, row.code), ...row.values, rid);
    }
  }

  /** Index rows are found by their whole key: no second index by rid is needed, which would double the cost of a write. */
  #dropIndexRows(stored: StoredResource): void {
    if (!stored.content) return;
    const old: Resource = JSON.parse(stored.content);
    for (const row of indexResource(old)) {
      this.db.run(DELETE_INDEX[row.table], this.paramNumber(stored.resourceType, row.code), ...row.values, stored.rid);
    }
  }
}

const INSERT_INDEX = mapTables((table, columns) => {
  const names = ['param', ...columns, 'rid'];
  return `INSERT OR IGNORE INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
});

const DELETE_INDEX = mapTables((table, columns) => {
  const conditions = ['param', ...columns, 'rid'].map((name) => `${name} = ?`);
  return `DELETE FROM ${table} WHERE ${conditions.join(' AND ')}`;
});

function mapTables(toSql: (table: IndexTable, columns: readonly string[]) => string): Record<IndexTable, string> {
  const entries = Object.entries(INDEX_COLUMNS) as [IndexTable, readonly string[]][];
  return Object.fromEntries(entries.map(([table, columns]) => [table, toSql(table, columns)])) as Record<
    IndexTable,
    string
  >;
}

function toStored(row: Row): StoredResource {
  return {
    rid: Number(row.rid),
    resourceType: String(row.type),
    id: String(row.id),
    project: textOf(row.project),
    lastUpdated: String(row.last_updated),
    content: textOf(row.content),
  };
}

function toVersion(row: Row): StoredVersion {
  return {
    versionId: String(row.version_id),
    lastUpdated: String(row.last_updated),
    content: textOf(row.content),
  };
}

/** sqlite's null is our undefined. */
export function textOf(value: Row[string] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
