import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from './run.ts';

export interface PostgresDrill {
  /** `postgresql://...`: the database that is backed up. It is read only. */
  readonly url: string;
  /** Another user of the same server who may create databases; the same when absent. */
  readonly adminUrl?: string | undefined;
  readonly folder: string;
}

export interface Restored {
  readonly tables: number;
  readonly rows: number;
  readonly dumpBytes: number;
  readonly dumpSeconds: number;
  readonly restoreSeconds: number;
}

/** Counts every table; one text, so that two databases can be compared. */
const COUNT = `SELECT format('%I.%I', schemaname, tablename) || '=' ||
  (xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text
  FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`;

/**
 * Dumps a database as it is in one moment, restores the dump into a new one beside it, compares the rows of every table, and
 * drops the new one. Others may write meanwhile: what is counted is the snapshot that was dumped.
 *
 * @throws Error when a program fails, or a table does not have the rows that it had.
 */
export async function drillPostgres({ url, adminUrl = url, folder }: PostgresDrill): Promise<Restored> {
  const dump = join(folder, 'medplum.dump');
  const name = `drill_${Date.now()}`;
  const [expected, dumpSeconds] = await timed(() =>
    withSnapshot(url, async (snapshot, query) => {
      await run('pg_dump', ['--format=custom', '--no-owner', `--snapshot=${snapshot}`, `--file=${dump}`, url]);
      return query(COUNT);
    }),
  );
  await psql(adminUrl, `CREATE DATABASE ${name}`);
  try {
    const target = withDatabase(adminUrl, name);
    const [, restoreSeconds] = await timed(() =>
      run('pg_restore', ['--no-owner', '--exit-on-error', `--dbname=${target}`, dump]),
    );
    const found = lines(await psql(target, COUNT));
    assertSame(expected, found);
    const rows = found.reduce((sum, line) => sum + Number(/=(\d+)$/.exec(line)?.[1]), 0);
    return { tables: found.length, rows, dumpBytes: (await stat(dump)).size, dumpSeconds, restoreSeconds };
  } finally {
    await psql(adminUrl, `DROP DATABASE ${name}`);
  }
}

/** Throws with the first line that differs. */
export function assertSame(expected: readonly string[], found: readonly string[]): void {
  if (expected.length === 0) throw new Error('there was nothing to back up');
  const missing = expected.find((line) => !found.includes(line));
  const added = found.find((line) => !expected.includes(line));
  if (missing ?? added)
    throw new Error(`what was restored differs: ${missing ?? 'nothing'} became ${added ?? 'nothing'}`);
}

/** Lends a transaction that goes on seeing one moment, and the name under which pg_dump sees the same. */
async function withSnapshot<T>(
  url: string,
  work: (snapshot: string, query: (sql: string) => Promise<string[]>) => Promise<T>,
): Promise<T> {
  const session = spawn('psql', ['-AtqX', '--no-password', '-v', 'ON_ERROR_STOP=1', url], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = createInterface({ input: session.stdout })[Symbol.asyncIterator]();
  const query = async (sql: string): Promise<string[]> => {
    session.stdin.write(`${sql};\n\\echo done\n`);
    const found: string[] = [];
    for (;;) {
      const { value, done } = await said.next();
      if (done) throw new Error('psql ended before it answered');
      if (value === 'done') return found;
      found.push(value);
    }
  };
  try {
    await query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [snapshot = ''] = await query('SELECT pg_export_snapshot()');
    return await work(snapshot, query);
  } finally {
    const gone = once(session, 'exit');
    session.stdin.end('ROLLBACK;\n');
    await gone;
  }
}

const psql = (url: string, sql: string) =>
  run('psql', ['-AtqX', '--no-password', '-v', 'ON_ERROR_STOP=1', '-c', sql, url]);

const lines = (said: string) => said.split('\n').filter(Boolean);

function withDatabase(url: string, name: string): string {
  const target = new URL(url);
  target.pathname = `/${name}`;
  return target.href;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, seconds: number]> {
  const startedAt = performance.now();
  const result = await work();
  return [result, Number(((performance.now() - startedAt) / 1000).toFixed(1))];
}
