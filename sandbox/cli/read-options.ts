import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_PORTS } from '../supervise/read-settings.ts';
import { UserError } from '../supervise/user-error.ts';

const PARTS = ['medplum', 'fasten', 'redis'] as const;
export type Part = (typeof PARTS)[number];

export interface CliOptions {
  readonly parts: ReadonlySet<Part>;
  /** 0: any free one. */
  readonly ports: {
    readonly medplum: number;
    readonly fasten: number;
    readonly storage: number;
    readonly redis: number;
  };
  /** Absolute; undefined: nothing outlives the process. */
  readonly dataDir: string | undefined;
  /** Wipes the data folder first. */
  readonly isFresh: boolean;
  /** Where Fasten's events go; undefined: what the data folder remembers, or nowhere yet. */
  readonly webhookUrl: string | undefined;
  /** How long an export stays pending. */
  readonly exportDelayMs: number;
  /** One line of JSON instead of the text for people. */
  readonly json: boolean;
}

export const USAGE = `Usage: fasten-medplum-sandbox [options]
       fasten-medplum-sandbox persona --persona ID --out FILE       writes the record of a synthetic patient
       fasten-medplum-sandbox generate --resources N --out FILE     writes a made-up export of any size

A stand-in for Medplum and one for Fasten Connect on 127.0.0.1, without an account, Docker or a network.

  --parts LIST          of ${PARTS.join(', ')}; default medplum,fasten   (redis: needs redis-server on the path)
  --webhook-url URL     where Fasten's events go               SANDBOX_WEBHOOK_URL
  --export-delay-ms N   how long an export stays pending; default 1500
  --data DIR            keep everything here; default: nothing outlives the process     DATA_DIR
  --fresh               wipe that folder first
  --medplum-port N      default ${DEFAULT_PORTS.SANDBOX_MEDPLUM_PORT}, 0 for any free one           SANDBOX_MEDPLUM_PORT
  --fasten-port N       default ${DEFAULT_PORTS.SANDBOX_FASTEN_PORT}: API, widget, remote control  SANDBOX_FASTEN_PORT
  --storage-port N      default ${DEFAULT_PORTS.SANDBOX_STORAGE_PORT}: downloads                    SANDBOX_STORAGE_PORT
  --redis-port N        default ${DEFAULT_PORTS.SANDBOX_REDIS_PORT}                               SANDBOX_REDIS_PORT
  --json                once all is up, one line of JSON with addresses and keys
  --help

Fasten's keys are public ones of the sandbox unless FASTEN_PUBLIC_ID, FASTEN_PRIVATE_KEY, FASTEN_WEBHOOK_SECRETS are set.`;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the flags, and what they leave open from the environment.
 *
 * @returns The options; undefined when help is asked for.
 * @throws UserError that ends in the usage.
 */
export function readOptions(args: readonly string[], env: Environment): CliOptions | undefined {
  const flags = readFlags(args);
  if (flags.help) return undefined;
  const port = (
    flag: 'medplum-port' | 'fasten-port' | 'storage-port' | 'redis-port',
    name: keyof typeof DEFAULT_PORTS,
  ) => readNumber(`--${flag}`, flags[flag] ?? env[name] ?? `${DEFAULT_PORTS[name]}`, 65_535);
  const dataDir = flags.data ?? env.DATA_DIR;
  if (flags.fresh && !dataDir) throw wrong('--fresh wipes a folder: name it with --data');
  return {
    parts: readParts(flags.parts),
    ports: {
      medplum: port('medplum-port', 'SANDBOX_MEDPLUM_PORT'),
      fasten: port('fasten-port', 'SANDBOX_FASTEN_PORT'),
      storage: port('storage-port', 'SANDBOX_STORAGE_PORT'),
      redis: port('redis-port', 'SANDBOX_REDIS_PORT'),
    },
    dataDir: dataDir ? resolve(dataDir) : undefined,
    isFresh: flags.fresh,
    webhookUrl: readUrl(flags['webhook-url'] ?? env.SANDBOX_WEBHOOK_URL),
    exportDelayMs: readNumber('--export-delay-ms', flags['export-delay-ms'], 2 ** 31 - 1),
    json: flags.json,
  };
}

function readFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        parts: { ...text, default: 'medplum,fasten' },
        'webhook-url': text,
        'export-delay-ms': { ...text, default: '1500' },
        data: text,
        fresh: flag,
        'medplum-port': text,
        'fasten-port': text,
        'storage-port': text,
        'redis-port': text,
        json: flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : `${error}`);
  }
}

function readParts(list: string): ReadonlySet<Part> {
  const asked = list.split(',');
  const known = PARTS.filter((part) => asked.includes(part));
  if (known.length !== asked.length) throw wrong(`--parts takes ${PARTS.join(', ')}, not ${list}`);
  return new Set(known);
}

function readNumber(name: string, text: string, most: number): number {
  if (!/^\d+$/.test(text) || Number(text) > most) throw wrong(`${name} takes a number from 0 to ${most}, not ${text}`);
  return Number(text);
}

function readUrl(text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? ''))
    throw wrong(`--webhook-url takes an http address, not ${text}`);
  return text;
}

function wrong(message: string): UserError {
  return new UserError(`${message}\n\n${USAGE}`);
}
