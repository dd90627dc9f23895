import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { seed } from './seed.ts';
import { buildUi } from './supervise/build-ui.ts';
import { checkPorts } from './supervise/check-ports.ts';
import { type Deployment, deployBots } from './supervise/deploy-bots.ts';
import { addressesOf, listChildren } from './supervise/list-children.ts';
import { prepareDataFolder } from './supervise/prepare-data-folder.ts';
import { readSettings, type Settings } from './supervise/read-settings.ts';
import { type Child, startChild } from './supervise/start-child.ts';
import { UserError } from './supervise/user-error.ts';

/**
 * `npm start`: the whole product on one machine. Starts every process, waits until all are healthy, says where to go,
 * and on Ctrl-C or SIGTERM stops what it started, last first. `--fresh` wipes the data folder before that.
 */
async function main(stopping: AbortController): Promise<void> {
  const isFresh = readArguments();
  const settings = readSettings(process.env);
  await checkPorts(settings);
  const folder = await prepareDataFolder(settings.dataDir, isFresh);
  const children: Child[] = [];
  try {
    await startAll(settings, children, stopping.signal);
    console.log(welcome(settings));
    await untilStopped(children, stopping.signal);
  } finally {
    if (stopping.signal.aborted) {
      console.log('Stopping ...');
    }
    for (const child of children.toReversed()) {
      await child.stop();
    }
    await folder.release();
  }
}

function readArguments(): boolean {
  try {
    return parseArgs({ options: { fresh: { type: 'boolean', default: false } } }).values.fresh;
  } catch {
    throw new UserError('Usage: npm start [-- --fresh]   (--fresh wipes the data folder first)');
  }
}

async function startAll(settings: Settings, children: Child[], signal: AbortSignal): Promise<void> {
  const place = { root: settings.root, logDir: join(settings.dataDir, 'logs') };
  console.log('Starting: the first time takes a moment ...');
  await buildUi(place.root, place.logDir);
  let deployment: Deployment | undefined;
  try {
    for (const spec of listChildren(settings)) {
      signal.throwIfAborted();
      children.push(await startChild(spec, place, signal));
      // Beside what starts after Medplum, so that it takes hardly longer.
      if (spec.name === 'Sandbox Medplum') deployment = await deployBots(settings, (line) => console.log(line));
    }
    console.log(await Promise.race([deployment?.ended, untilAborted(signal)]));
  } catch (error) {
    await deployment?.stop();
    throw error;
  }
}

/** Rejects when we are asked to stop; leaves no listener that would tell of it otherwise. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** Resolves when we are asked to stop; throws when a process ends by itself. */
async function untilStopped(children: readonly Child[], signal: AbortSignal): Promise<void> {
  const asked = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const ends = children.map(
    async ({ name, ended, logFile }) => `${name} ended by itself (${await ended}). See ${logFile}.`,
  );
  const fault = await Promise.race([asked, ...ends]);
  if (fault !== undefined && !signal.aborted) {
    throw new UserError(fault);
  }
}

function welcome(settings: Settings): string {
  const { bridge, medplum, fasten } = addressesOf(settings);
  const inside = relative(settings.root, settings.dataDir);
  const data = inside.startsWith('..') ? settings.dataDir : inside;
  const people = seed.users.map(({ email }) => email).join(', ');
  return `
  The sandbox is up.

    ui           ${bridge}/
    Medplum API  ${medplum}/fhir/R4
    Fasten API   ${fasten}/v1
    remote control   ${fasten}/admin      connect patients, switch faults on, of Fasten and of Medplum
    sign in as   ${people}
    password     ${seed.users[0]?.password}

  Try in another terminal:

    npm run demo                   a patient connects; the record is exported, announced and loaded; bots look at it
    npm run import -- FILE.jsonl   load any FHIR R4 export by hand

  Data lives in ${data}, logs in ${join(data, 'logs')}. Ctrl-C stops everything; npm start -- --fresh begins anew.
`;
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => stopping.abort());
}
try {
  await main(stopping);
} catch (error) {
  if (!stopping.signal.aborted) {
    console.error(error instanceof UserError ? error.message : `The sandbox failed: ${error}`);
    process.exitCode = 1;
  }
}
