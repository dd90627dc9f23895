import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Observation, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateExport } from '../sandbox/generator/generate-export.ts';
import { countsFromTask, DISPOSITIONS } from './contract/import-task.ts';
import { BRIDGE_CLIENT_VARIABLES, type ImportWorld, startImportWorld } from './test/import-world.ts';

let world: ImportWorld;
let folder: string;
let server: Record<string, string>;

beforeAll(async () => {
  world = await startImportWorld();
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  server = {
    MEDPLUM_BASE_URL: world.server.baseUrl,
    ...BRIDGE_CLIENT_VARIABLES,
    DATA_DIR: join(folder, 'data'),
    SPOOL_DIR: join(folder, 'spool'),
  };
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

interface Run {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the command as a process of its own; `killAfterMs` ends it with SIGKILL wherever it is. */
async function cli(args: readonly string[], more: Record<string, string> = {}, killAfterMs?: number): Promise<Run> {
  const env = { PATH: process.env.PATH, ...server, ...more };
  return spawnRun(process.execPath, [join(import.meta.dirname, 'cli.ts'), ...args], env, killAfterMs);
}

async function spawnRun(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  killAfterMs?: number,
): Promise<Run> {
  const child = spawn(command, args, { env });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  if (killAfterMs !== undefined) {
    await sleep(killAfterMs);
    child.kill('SIGKILL');
  }
  return { code: await ended, out, err };
}

async function fileOf(name: string, lines: Iterable<string>): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, [...lines].join('\n'));
  return file;
}

function lastLine(text: string): Record<string, number> {
  return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
}

describe('npm run import', () => {
  test('prints one JSON object whose dispositions add up, and writes nothing the second time', async () => {
    const file = await fileOf('whole.jsonl', generateExport({ seed: 3, resources: 300 }));
    const first = await cli(['import', file, '--connection', 'cli-whole', '--json']);
    expect(first.code).toBe(0);
    const report = lastLine(first.out);
    expect(report).toMatchObject({ connection: 'cli-whole', lines: 300, duplicate: 5 });
    expect(DISPOSITIONS.reduce((sum, disposition) => sum + (report[disposition] ?? 0), 0)).toBe(300);
    expect(Object.keys(report)).toEqual(expect.arrayContaining(['seconds', 'linesPerSecond', 'peakRssMb']));
    expect(report.quarantined).toBe(0);

    const [task] = await world.stored<Task>('Task', 'cli-whole');
    const second = await cli(['import', file, '--connection', 'cli-whole', '--json']);
    expect(lastLine(second.out)).toMatchObject({ created: 0, updated: 0, unchanged: report.created });
    const [same, ...more] = await world.stored<Task>('Task', 'cli-whole');
    expect(more).toHaveLength(0);
    expect(same?.meta?.versionId).toBe(task?.meta?.versionId);
    expect(same?.status).toBe('completed');
    expect(countsFromTask(same as Task).created).toBe(report.created);
  });

  test('killed with SIGKILL at any moment and run again at once, everything is there once', async () => {
    const lines = Array.from({ length: 900 }, (_, n) =>
      JSON.stringify({ resourceType: 'Observation', id: `o${n}`, status: 'final', code: { text: `Pulse ${n}` } }),
    );
    const file = await fileOf('killed.jsonl', lines);
    world.server.switches.commitDelayMs = 40;
    for (const killAfterMs of [900, 1200, 1500, 1800]) await cli(['import', file], {}, killAfterMs);
    const last = await cli(['import', file, '--json']);
    world.server.switches.commitDelayMs = 0;
    expect(last.code).toBe(0);
    const stored = await world.stored<Observation>('Observation', 'killed');
    expect(stored).toHaveLength(900);
    expect(new Set(stored.map(({ meta }) => meta?.source)).size).toBe(900);
  });

  test('a dry run says what would be done and how long it takes, and leaves nothing behind', async () => {
    const file = await fileOf('dry.jsonl', generateExport({ seed: 4, resources: 120 }));
    const { code, out, err } = await cli(['import', file, '--dry-run', '--json']);
    expect([code, err]).toEqual([0, '']);
    const said = JSON.parse(out);
    expect(said).toMatchObject({ isDryRun: true, connection: 'dry', lines: 120, guard: { verdict: 'no-chart' } });
    expect(said.time.units).toBeGreaterThan(100 * said.created);
    expect(said.time.seconds).toBeGreaterThan(0);
    expect(await world.stored('Task', 'dry')).toHaveLength(0);
    expect(await world.stored('Observation', 'dry')).toHaveLength(0);
    expect((await cli(['import', file, '--dry-run'])).out).toContain('nothing was written');
  });

  test('a failed run is named by its Task', async () => {
    const file = await fileOf('no-fhir.jsonl', ['a,b', 'c,d']);
    const { code, err } = await cli(['import', file]);
    expect(code).toBe(1);
    expect(err).toMatch(/^not-jsonl: /);
    const [task] = await world.stored<Task>('Task', 'no-fhir');
    expect(task).toMatchObject({ status: 'failed', statusReason: { text: 'not-jsonl' } });
  });
});

describe('npm run verify', () => {
  test('exits with 0 when everything balances, and with 1 and the line when something was tampered with', async () => {
    const file = await fileOf('verified.jsonl', generateExport({ seed: 9, resources: 120 }));
    await cli(['import', file, '--connection', 'cli-verify']);
    const clean = await cli(['verify', '--connection', 'cli-verify', '--json']);
    expect(clean).toMatchObject({ code: 0, err: '' });
    expect(lastLine(clean.out)).toMatchObject({ connection: 'cli-verify', counts: { lines: 120 }, findings: [] });

    const [gone] = await world.stored<Observation>('Observation', 'cli-verify');
    await world.medplum.deleteResource('Observation', gone?.id ?? '');
    const { code, out, err } = await cli(['verify', '--connection', 'cli-verify', '--json']);
    expect(code).toBe(1);
    expect(err).toMatch(new RegExp(`^line \\d+: missing Observation/${gone?.id}$`, 'm'));
    expect(lastLine(out)).toMatchObject({ found: { missing: 1, doubled: 0, changed: 0, 'ledger-changed': 0 } });
    expect(out + err).not.toContain(gone?.meta?.source?.split('#')[1]);
  });

  test.each([
    ['no connection', ['verify']],
    ['a file', ['verify', 'x.jsonl', '--connection', 'c']],
    ['a Task that is no id', ['verify', '--connection', 'c', '--task', 'last']],
  ])('%s is bad usage: exit code 2', async (_, args) => {
    const { code, err } = await cli(args);
    expect([code, err]).toEqual([2, expect.stringContaining('npm run verify')]);
  });

  test('a connection that was never imported is one line: exit code 1', async () => {
    const { code, err } = await cli(['verify', '--connection', 'never']);
    expect([code, err]).toEqual([1, expect.stringMatching(/^no-completed-import: .*\n$/)]);
  });
});

describe('npm run redrive', () => {
  test('says how many lines were quarantined before and after, and leaves no file behind', async () => {
    const file = await fileOf('redrive.jsonl', ['{"resourceType":"Patient","id":"p"}', 'not json']);
    expect((await cli(['import', file, '--connection', 'again'])).code).toBe(0);
    const { code, out, err } = await cli(['redrive', '--connection', 'again', '--json']);
    expect([code, err]).toEqual([0, 'line 2: no resource: not-json\n']);
    expect(JSON.parse(out)).toMatchObject({
      connection: 'again',
      unchanged: 1,
      quarantinedBefore: { 'not-json': 1 },
      quarantinedAfter: { 'not-json': 1 },
    });
    expect((await cli(['redrive', '--connection', 'again'])).out).toContain('1 lines were quarantined, 1 are left');
    const left = await readdir(folder, { recursive: true });
    expect(left.filter((name) => name.startsWith('spool/') && name.includes('jsonl'))).toEqual([]);
    expect(left.filter((name) => name.startsWith('data/uploads/'))).toEqual([]);
  });

  test('a connection that was never imported is one line: exit code 1', async () => {
    const { code, err } = await cli(['redrive', '--connection', 'never']);
    expect([code, err]).toEqual([1, expect.stringMatching(/^no-completed-import: .*\n$/)]);
  });
});

/** As on a full disk: no file of the process may be larger than this. */
async function cliOnFullDisk(blocks: number, args: readonly string[]): Promise<Run> {
  const command = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const run = [process.execPath, join(import.meta.dirname, 'cli.ts'), ...args];
  return spawnRun('sh', ['-c', command, ...run], { PATH: process.env.PATH, ...server });
}

describe('a full disk is one line, and no half-truth', () => {
  const large = () => generateExport({ seed: 8, resources: 200 });

  test('while a gzip file is unpacked', async () => {
    const file = join(folder, 'full.jsonl.gz');
    await writeFile(file, gzipSync([...large()].join('\n')));
    const { code, out, err } = await cliOnFullDisk(64, ['import', file]);
    expect([code, out, err]).toEqual([1, '', expect.stringMatching(/^disk-full: .*\n$/)]);
    expect(await world.stored<Task>('Task', 'full')).toHaveLength(0);
    expect((await readdir(folder)).filter((name) => name.startsWith('.unpacked'))).toEqual([]);
  });

  test('while a raw export is fetched for a redrive: the import stays as it was told', async () => {
    await cli(['import', await fileOf('spool-full.jsonl', large())]);
    const [before] = await world.stored<Task>('Task', 'spool-full');
    const { code, err } = await cliOnFullDisk(64, ['redrive', '--connection', 'spool-full']);
    expect([code, err]).toEqual([1, expect.stringMatching(/^disk-full: .*\n$/)]);
    const [after] = await world.stored<Task>('Task', 'spool-full');
    expect(after?.meta?.versionId).toBe(before?.meta?.versionId);
    const left = await readdir(join(folder, 'spool'), { recursive: true });
    expect(left.filter((name) => name.includes('jsonl'))).toEqual([]);
    expect((await cli(['redrive', '--connection', 'spool-full'])).code).toBe(0);
  });
});

describe('bad input is one line that says what to do', () => {
  const bad: [string, string[], Record<string, string>, RegExp][] = [
    ['a missing file', ['/nowhere/x.jsonl'], {}, /^file-missing: there is no file/],
    ['a folder', [tmpdir()], {}, /^file-not-a-file: .* is a folder/],
    [
      'an unknown patient',
      [import.meta.filename, '--patient', 'Patient/0a6f4c1e-52a6-4b5d-8f39-2d1f0f6c7aff'],
      {},
      /^patient-missing: /,
    ],
    [
      'wrong credentials',
      [import.meta.filename],
      { MEDPLUM_CLIENT_SECRET: 'wrong' },
      /^medplum-credentials: .*MEDPLUM_CLIENT_SECRET/,
    ],
    [
      'a server that is down',
      [import.meta.filename],
      { MEDPLUM_BASE_URL: 'http://127.0.0.1:9/' },
      /^medplum-unreachable: .*MEDPLUM_BASE_URL/,
    ],
    ['a base URL that is none', [import.meta.filename], { MEDPLUM_BASE_URL: 'medplum' }, /MEDPLUM_BASE_URL/],
  ];

  test.each(bad)('%s', async (_, args, env, said) => {
    const { code, out, err } = await cli(['import', ...args], env);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).toMatch(said);
    expect([code, out]).toEqual([1, '']);
  });

  test('an empty file', async () => {
    const { code, err } = await cli(['import', await fileOf('empty.jsonl', [])]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^empty-export: .* is empty: nothing to load\n$/)]);
  });

  test.each([
    ['no file', ['import']],
    ['two files', ['import', 'a', 'b']],
    ['an unknown option', ['import', 'a', '--fast']],
    ['a namespace with a slash', ['import', 'a', '--connection', 'a/b']],
    ['an unknown command', ['export']],
  ])('%s is bad usage: exit code 2', async (_, args) => {
    const { code, err } = await cli(args);
    expect(code).toBe(2);
    expect(err).toContain('usage: npm run import');
  });
});
