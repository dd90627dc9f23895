import { join, resolve } from 'node:path';
import { UserError } from './user-error.ts';

/** Every port that `npm start` listens on, by the variable that moves it. */
export const DEFAULT_PORTS = {
  BRIDGE_PORT: 8100,
  SANDBOX_MEDPLUM_PORT: 8103,
  SANDBOX_FASTEN_PORT: 8104,
  SANDBOX_STORAGE_PORT: 8105,
  SANDBOX_REDIS_PORT: 8106,
} as const;

export type PortName = keyof typeof DEFAULT_PORTS;

export interface Settings {
  /** Root of the clone: working directory of every process. */
  readonly root: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly ports: Readonly<Record<PortName, number>>;
  /** A Redis that was there before us, and stays when we go; without it we start our own. */
  readonly redisUrl: string | undefined;
}

/**
 * Reads ports and folders from the environment.
 *
 * @throws UserError naming the variable that is no port, or two that are the same.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const root = join(import.meta.dirname, '../..');
  const names = Object.keys(DEFAULT_PORTS) as PortName[];
  const ports: Record<PortName, number> = { ...DEFAULT_PORTS };
  for (const name of names) {
    ports[name] = Number(env[name] || DEFAULT_PORTS[name]);
    if (!Number.isInteger(ports[name]) || ports[name] < 1 || ports[name] > 65_535) {
      throw new UserError(`${name} is not a port: set it to a number from 1 to 65535, or unset it.`);
    }
  }
  for (const [index, name] of names.entries()) {
    const twin = names.slice(0, index).find((other) => ports[other] === ports[name]);
    if (twin !== undefined) {
      throw new UserError(`${twin} and ${name} are both ${ports[name]}: set one of them to another port.`);
    }
  }
  return { root, dataDir: resolve(root, env.DATA_DIR || '.data'), ports, redisUrl: env.REDIS_URL || undefined };
}
