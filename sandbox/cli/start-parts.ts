import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../fasten/read-environment.ts';
import { type SandboxFasten, startFasten } from '../fasten/start-fasten.ts';
import { type SandboxMedplum, startMedplum } from '../medplum/start-medplum.ts';
import { type RunningRedis, startRedis } from '../redis/start-redis.ts';
import { prepareDataFolder } from '../supervise/prepare-data-folder.ts';
import { UserError } from '../supervise/user-error.ts';
import type { CliOptions } from './read-options.ts';

/** Those parts of the sandbox that were asked for, in this process (Redis beside it). */
export interface Parts {
  readonly medplum: SandboxMedplum | undefined;
  readonly fasten: SandboxFasten | undefined;
  readonly redis: RunningRedis | undefined;
  /** Stops all of them, last first. */
  close(): Promise<void>;
}

/**
 * Starts the parts one after the other; when one fails, those before it are stopped.
 *
 * @throws UserError when a port is taken, the data folder is not ours, or Redis is not installed.
 */
export async function startParts(
  options: CliOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Parts> {
  const { parts, ports, dataDir, exportDelayMs, webhookUrl } = options;
  const started: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const stop of started.splice(0).toReversed()) await stop();
  };
  const begin = async <T extends { close(): Promise<void> }>(flag: string, part: Promise<T>): Promise<T> => {
    const running = await part.catch((error: unknown) => {
      throw explain(error, flag);
    });
    started.push(() => running.close());
    return running;
  };
  const within = (name: string) => (dataDir === undefined ? {} : { dataDir: join(dataDir, name) });
  try {
    if (dataDir !== undefined) {
      const folder = await prepareDataFolder(dataDir, options.isFresh);
      started.push(() => folder.release());
    }
    const redis = parts.has('redis') ? await begin('--redis-port', openRedis(dataDir, ports.redis)) : undefined;
    const medplum = parts.has('medplum')
      ? await begin('--medplum-port', startMedplum({ port: ports.medplum, ...within('medplum') }))
      : undefined;
    const fastenOptions = {
      ...readEnvironment(env),
      ...{ port: ports.fasten, storagePort: ports.storage, exportDelayMs },
      ...within('fasten'),
      ...(medplum && { storeUrl: medplum.baseUrl }),
      ...(webhookUrl && { webhookUrl }),
    };
    const fasten = parts.has('fasten')
      ? await begin('--fasten-port or --storage-port', startFasten(fastenOptions))
      : undefined;
    return { medplum, fasten, redis, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openRedis(dataDir: string | undefined, port: number): Promise<RunningRedis> {
  const dir = dataDir === undefined ? await mkdtemp(join(tmpdir(), 'sandbox-redis-')) : join(dataDir, 'redis');
  const redis = await startRedis({ dir, port });
  const close = async (): Promise<void> => {
    await redis.close();
    if (dataDir === undefined) await rm(dir, { recursive: true, force: true });
  };
  return { ...redis, close };
}

function explain(error: unknown, flag: string): unknown {
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === 'EADDRINUSE') {
    return new UserError(`${error.message}: stop what listens there, or choose another with ${flag}.`);
  }
  return /^(redis-server|The sandbox data)/.test(error.message) ? new UserError(`${error.message}.`) : error;
}
