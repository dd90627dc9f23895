import { deepStrictEqual } from 'node:assert';
import type { Task } from '@medplum/fhirtypes';
import { generateExport } from '../../sandbox/generator/generate-export.ts';
import { makeRandom } from '../../sandbox/generator/make-random.ts';
import { verifyImport } from '../ingest/ledger/verify-import.ts';
import { type DeadlyPoint, killAt } from './deadly-point.ts';
import { dumpStore, type StoreDump } from './dump-store.ts';
import { startCommand } from './import-process.ts';
import { BRIDGE_CLIENT, type ImportWorld, startImportWorld } from './import-world.ts';

export interface CrashOptions {
  /** How many kills in all. */
  readonly points: number;
  /** Fixes the export and the points, as far as two processes on one machine can be fixed. */
  readonly seed: number;
  /** Lines of the export. */
  readonly resources: number;
  /** Called after every kill and at the end of every import. */
  readonly tell?: (line: string) => void;
}

/**
 * Kills the import of one file by SIGKILL at random points, while bundles are under way at the server, and starts it again
 * at once, until it ends by itself; again and again into fresh namespaces, until there were as many kills as asked
 * for. Throws AssertionError when a store differs from that of an import which nobody disturbed.
 *
 * @returns How many kills each import survived.
 */
export async function crashImports(options: CrashOptions): Promise<number[]> {
  const world = await startImportWorld();
  try {
    const file = await world.writeFile([
      ...generateExport({ seed: options.seed, resources: options.resources, documentBytes: 500 }),
    ]);
    const sent = await importKilledAt(world, file, 'undisturbed', []);
    const expected = await proofOf(world, 'undisturbed');
    const points = drawPoints(options, sent);
    const kills: number[] = [];
    while (points.length > 0) {
      const namespace = `crashed-${kills.length}`;
      const { kills: survived } = await importKilledAt(world, file, namespace, points);
      deepStrictEqual(await proofOf(world, namespace), expected, `${namespace} differs from the undisturbed import`);
      options.tell?.(`${namespace}: killed ${survived} times, the same store`);
      kills.push(survived);
    }
    return kills;
  } finally {
    await world.close();
  }
}

/** What the last process of an import sent, and how many before it were killed. */
interface Survived {
  readonly kills: number;
  readonly requests: number;
  readonly transactions: number;
}

/** Half of the points at any request, half at one of the few that may commit when their process is dead. */
function drawPoints({ points, seed }: CrashOptions, { requests, transactions }: Survived): DeadlyPoint[] {
  const random = makeRandom(seed, 'crash');
  return Array.from({ length: points }, () => {
    const of = random.pick(['request', 'transaction']);
    const nth = random.int(1, of === 'request' ? Math.floor(requests * 0.7) : transactions);
    return { of, nth, holdMs: random.pick([0, 200, 1000, 3000]) };
  });
}

/**
 * Imports until a process ends by itself, which it does when there are no points left, or when it did not come as far as
 * the next, since others had done most of the work. Points at which a process was killed are taken off the list.
 */
async function importKilledAt(
  world: ImportWorld,
  file: string,
  namespace: string,
  points: DeadlyPoint[],
): Promise<Survived> {
  const environment = {
    MEDPLUM_BASE_URL: world.proxy.baseUrl,
    MEDPLUM_CLIENT_ID: BRIDGE_CLIENT.clientId,
    MEDPLUM_CLIENT_SECRET: BRIDGE_CLIENT.clientSecret,
  };
  for (let kills = 0; ; kills++) {
    const { child, ended } = await startCommand('import', [file, '--connection', namespace, '--json'], environment);
    const watch = killAt(world.proxy, points[0], () => child.kill('SIGKILL'));
    const { how, stderr } = await ended;
    world.proxy.cut = () => undefined;
    if (how === 0 && kills === 0 && points.length > 0) throw new Error('an import ended before its first point');
    if (how === 0) return { kills, ...watch };
    if (how !== 'SIGKILL') throw new Error(`the import ended with ${how}: ${stderr}`);
    points.shift();
  }
}

/** What two imports of one file must have in common. */
interface Proof extends StoreDump {
  readonly tasks: readonly unknown[];
  readonly found: Readonly<Record<string, number>>;
}

async function proofOf(world: ImportWorld, namespace: string): Promise<Proof> {
  const tasks = await world.stored<Task>('Task', namespace);
  const { found } = await verifyImport(world.medplum, { namespace });
  return {
    ...(await dumpStore(world.medplum, namespace)),
    tasks: tasks.map(({ status, businessStatus, statusReason }) => ({ status, businessStatus, statusReason })),
    found,
  };
}
