import { deepStrictEqual } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { makeRandom, type Random } from '../../sandbox/generator/make-random.ts';
import { startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { createMedplum } from '../medplum/client/create-medplum.ts';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { dumpStore, type StoreDump } from './dump-store.ts';
import { type BridgeProcess, startCommand } from './import-process.ts';
import { BRIDGE_CLIENT } from './import-world.ts';
import { type Life, type Moment, watchLife } from './watch-life.ts';

export interface CrashOptions {
  /** How often the import is killed. */
  readonly kills: number;
  /** Fixes the export and the moments, as far as two processes on one machine can be fixed. */
  readonly seed: number;
  /** Lines of the export. */
  readonly resources: number;
  /** A Medplum that runs already; default: a sandbox of its own. */
  readonly server?: CrashServer | undefined;
  /** For the sandbox; a real server is as its project is. */
  readonly hasTransactions?: boolean;
  /** Called after every kill and at the end of every import. */
  readonly tell?: (line: string) => void;
}

export interface CrashServer {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** One kill, as it was seen from outside. */
export interface Kill {
  /** Requests of dead processes that the server has, or will have, and has not answered. */
  readonly inFlight: number;
  /** From the kill until the next process was spawned. */
  readonly spawnMs: number;
  /** From the kill until the first request of that process. */
  readonly requestMs: number;
}

/**
 * Imports one file, killed by SIGKILL at random moments while requests are under way at the server; each time the same
 * command is started again at once, until it was killed as often as asked for and the last process ends by itself. Then
 * the store must be that of an import which nobody disturbed: throws AssertionError when it is not, Error when the
 * import came to its end before so many kills.
 */
export async function crashImport(options: CrashOptions): Promise<Kill[]> {
  const sandbox = options.server ? undefined : await startMedplum();
  if (sandbox) sandbox.switches.transactionBundles = options.hasTransactions ?? true;
  const server = options.server ?? { baseUrl: sandbox?.baseUrl ?? '', ...BRIDGE_CLIENT };
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  const proxy = await startCuttingProxy(server.baseUrl);
  const { client, close } = await createMedplum(server);
  try {
    const file = join(folder, 'export.jsonl');
    const { seed, resources } = options;
    await writeFile(file, [...generateExport({ seed, resources, documentBytes: 500 })].join('\n'));
    const start = (namespace: string): BridgeProcess =>
      startCommand('import', [file, '--connection', namespace, '--json'], {
        MEDPLUM_BASE_URL: proxy.baseUrl,
        MEDPLUM_CLIENT_ID: server.clientId,
        MEDPLUM_CLIENT_SECRET: server.clientSecret,
        DATA_DIR: folder,
      });
    const run = randomUUID().slice(0, 8);
    const [plain, killed] = [`crash-plain-${run}`, `crash-killed-${run}`];
    const bundles = await importUndisturbed(proxy, () => start(plain));
    options.tell?.(`undisturbed: ${bundles} bundles`);
    const kills = await importKilled(proxy, () => start(killed), bundles, options);
    expectEqual(await proofOf(client, killed), await proofOf(client, plain));
    options.tell?.('the store is that of the undisturbed import');
    return kills;
  } finally {
    await close();
    await proxy.close();
    await sandbox?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Throws Error that names the first resources in which they differ, and nothing of the thousands in which they do not. */
function expectEqual({ resources, ...proof }: Proof, { resources: expected, ...plain }: Proof): void {
  deepStrictEqual(proof, plain);
  const keys = new Set([...Object.keys(resources), ...Object.keys(expected)]);
  const differing = [...keys].filter((key) => !isDeepStrictEqual(resources[key], expected[key]));
  deepStrictEqual(
    resources[differing[0] ?? ''],
    expected[differing[0] ?? ''],
    `${differing.length} differ: ${differing.slice(0, 5)}`,
  );
}

/** Gives how many bundles it took. */
async function importUndisturbed(proxy: CuttingProxy, start: () => BridgeProcess): Promise<number> {
  const life = watchLife(proxy, undefined, () => undefined);
  const { how, stderr } = await start().ended;
  if (how !== 0) throw new Error(`the undisturbed import ended with ${how}: ${stderr}`);
  return life.bundles;
}

/** A process that was killed, and the one that was started in its place. */
interface Death extends Omit<Kill, 'requestMs'> {
  readonly killedAt: number;
  readonly next: BridgeProcess;
}

async function importKilled(
  proxy: CuttingProxy,
  start: () => BridgeProcess,
  bundles: number,
  { kills: wanted, seed, tell }: CrashOptions,
): Promise<Kill[]> {
  const random = makeRandom(seed, 'crash');
  const kills: Kill[] = [];
  // Who begins anew packs what is left more tightly.
  let [process, left, before] = [start(), Math.floor(0.7 * bundles), 0];
  for (let last: Death | undefined; ; ) {
    const open = wanted - kills.length - (last ? 1 : 0);
    const moment = open > 0 ? drawMoment(random, left / open, before) : undefined;
    const { life, death } = await liveOn(proxy, moment, process, start);
    if (last) {
      const kill = { inFlight: last.inFlight, spawnMs: last.spawnMs, requestMs: (life.begunAt ?? 0) - last.killedAt };
      kills.push(kill);
      tell?.(`kill ${kills.length}: ${describe(kill)}`);
    }
    if (!death && open > 0) throw new Error(`the import came to its end after ${kills.length} kills`);
    if (!death) return kills;
    [process, left, before] = [death.next, Math.max(0, left - life.bundles), life.before];
    last = death;
  }
}

/** Until its moment, or to its end. */
async function liveOn(
  proxy: CuttingProxy,
  moment: Moment | undefined,
  { child, ended }: BridgeProcess,
  start: () => BridgeProcess,
): Promise<{ readonly life: Life; readonly death: Death | undefined }> {
  const { promise, resolve } = Promise.withResolvers<Death>();
  const life = watchLife(proxy, moment, (inFlight) => {
    const killedAt = performance.now();
    child.kill('SIGKILL');
    const next = start();
    resolve({ inFlight, killedAt, spawnMs: performance.now() - killedAt, next });
  });
  const death = await Promise.race([promise, ended.then(() => undefined)]);
  const { how, stderr } = await ended;
  if (!death && how !== 0) throw new Error(`a process ended with ${how}: ${stderr}`);
  return { life, death };
}

/**
 * Half of the moments are among the bundles, as long as as many are left as the kills to come need; the others anywhere
 * before the first, which costs no progress. Up to four bundles are under way at once and may all take effect.
 */
function drawMoment(random: Random, bundlesAKill: number, requestsBefore: number): Moment {
  const isBundle = bundlesAKill > 0.5 && random.chance(0.5);
  const isLate = random.chance(0.4);
  return {
    of: isBundle ? 'bundle' : 'request',
    nth: random.int(1, isBundle ? Math.max(1, Math.floor(4 * bundlesAKill - 5)) : Math.max(8, requestsBefore)),
    holdMs: isLate ? random.pick([1, 200, 1000, 3000]) : 0,
    afterMs: random.int(0, 60),
  };
}

function describe({ inFlight, spawnMs, requestMs }: Kill): string {
  return `${inFlight} in flight, spawned again after ${spawnMs.toFixed(1)} ms, asking again after ${Math.round(requestMs)} ms`;
}

/** What two imports of one file must have in common. */
interface Proof extends StoreDump {
  readonly tasks: readonly unknown[];
  readonly found: Readonly<Record<string, number>>;
}

async function proofOf(medplum: MedplumClient, namespace: string): Promise<Proof> {
  const tasks: Task[] = await medplum.searchResources('Task', { _tag: `${ORG_CONNECTION_SYSTEM}|${namespace}` });
  const { found } = await verifyImport(medplum, { namespace });
  return {
    ...(await dumpStore(medplum, namespace)),
    tasks: tasks.map(({ status, businessStatus, statusReason }) => ({ status, businessStatus, statusReason })),
    found,
  };
}
