import { z } from 'zod';
import { normaliseBaseUrl } from './fasten/normalise-base-url.ts';
import { readKeyMode } from './fasten/read-key-mode.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const days = z.coerce.number().int().min(1).max(36_500);
const httpUrl = z.url({ protocol: /^https?$/ });
/** Standard Webhooks asks for 24 to 64 bytes; anything under 16 could be guessed. */
const webhookSecret = z
  .string()
  .refine((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64').length >= 16, 'is too short or not base64');
const origin = httpUrl.transform((url) => new URL(url).origin);

const node = z
  .string()
  .regex(/^[\w.-]+:\d{1,5}$/, 'must look like host:port')
  .transform((text) => ({ host: text.replace(/:\d+$/, ''), port: Number(/\d+$/.exec(text)?.[0]) }));

/** Values of one variable, separated by blanks. */
function words<T extends z.ZodType<unknown, string>>(each: T) {
  return z
    .string()
    .default('')
    .transform((text) => text.split(/\s+/).filter(Boolean))
    .pipe(z.array(each));
}

/** What the service is told by its environment; docs/configuration.md is made of it and of these comments. */
export const environment = z.object({
  /** Where Medplum answers; paths such as `fhir/R4` and `oauth2/token` are appended. */
  MEDPLUM_BASE_URL: httpUrl,
  /** The bridge's own ClientApplication in Medplum: an ordinary client with an AccessPolicy, never a super admin. */
  MEDPLUM_CLIENT_ID: z.string().min(1),
  /** Secret of that client; several, separated by blanks, while it is being rotated. */
  MEDPLUM_CLIENT_SECRET: z.string().min(1),
  /** How long a Medplum that does not answer is asked again before the command or the attempt of a job ends. */
  MEDPLUM_PATIENCE_SECONDS: z.coerce.number().min(0).max(86_400).default(120),
  /**
   * A second ClientApplication whose membership is an admin's, for erasing only: `$expunge` takes history along. Without it
   * what is erased is deleted, and its history stays in Medplum.
   */
  MEDPLUM_ADMIN_CLIENT_ID: z.string().min(1).optional(),
  /** The secret of that second client; needed with its id. */
  MEDPLUM_ADMIN_CLIENT_SECRET: z.string().min(1).optional(),
  /** Redis for jobs and short-lived progress; it must run with `maxmemory-policy noeviction` and an AOF. */
  REDIS_URL: z.url({ protocol: /^rediss?$/ }),
  /** Sentinels, as `host:port` separated by blanks; they say which server is the master, and REDIS_URL with which user and password. */
  REDIS_SENTINELS: words(node),
  /** What the Sentinels call the master. */
  REDIS_SENTINEL_NAME: z.string().min(1).default('mymaster'),
  /** Of the Sentinels themselves, when they ask for one. */
  REDIS_SENTINEL_PASSWORD: z.string().min(1).optional(),
  /** Nodes of a Redis Cluster to begin with, as `host:port` separated by blanks; user and password as REDIS_URL has them. */
  REDIS_CLUSTER_NODES: words(node),
  /** First part of every Redis key, so that several installations can share one Redis. */
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w-]+$/, 'may hold letters, digits, - and _ only')
    .default('fasten-medplum'),
  /** Fasten Connect's API, with or without `/v1` at the end. */
  FASTEN_BASE_URL: httpUrl.default('https://api.connect.fastenhealth.com/v1').transform(normaliseBaseUrl),
  /** Fasten's key pair; which of `test` and `live` it is decides the mode of everything. */
  FASTEN_PUBLIC_ID: z.string().min(1),
  /** The private half of that pair; several, separated by blanks, while it is being rotated. */
  FASTEN_PRIVATE_KEY: z.string().min(1),
  /** Signing secrets of our webhook endpoint, separated by blanks; several while one is being rotated. */
  FASTEN_WEBHOOK_SECRETS: words(webhookSecret),
  /** Stitch's script; its style sheet lies beside it. v5 is recommended since 2026-09 and has no published address yet. */
  FASTEN_STITCH_URL: httpUrl.default('https://cdn.fastenhealth.com/connect/v4/fasten-stitch-element.js'),
  /** Origins that exports may be fetched from besides public addresses on https port 443, separated by blanks. */
  FASTEN_STORAGE_ORIGINS: words(origin),
  /** Address the API listens on; `0.0.0.0` inside a container. */
  BRIDGE_HOST: z.string().min(1).default('127.0.0.1'),
  /** Port of the API; 0 takes any free one. */
  BRIDGE_PORT: port.default(8100),
  /** Port on which a process that only runs jobs tells its state (`/healthz`, `/readyz`, `/metrics`); without it, nowhere. */
  BRIDGE_STATE_PORT: port.optional(),
  /** `api` answers HTTP, `worker` runs jobs, `both` does both in one process. */
  BRIDGE_ROLE: z.enum(['api', 'worker', 'both']).default('both'),
  /** Seconds after SIGTERM in which jobs are handed back; then the process ends with code 1. Less than whoever stops it waits before it kills. */
  BRIDGE_STOP_SECONDS: z.coerce.number().min(1).max(3_600).default(28),
  /** Proxies in front of us whose X-Forwarded-For is believed; rate limits count the address they name. */
  BRIDGE_TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
  /** Requests a minute that one client address may make of the API. */
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(600),
  /** Origins whose pages may call the API from a browser, separated by blanks; our own page needs none. */
  CORS_ORIGINS: words(origin),
  /** Folder for exports while they are loaded, encrypted with keys that no disk ever sees; it needs room for the largest. */
  SPOOL_DIR: z.string().min(1).default('.data/spool'),
  /** Megabytes of room on the disk of the spool below which `/readyz` says that it is down. */
  SPOOL_MIN_FREE_MB: z.coerce.number().int().min(0).default(500),
  /** Folder for what the command line remembers between two runs: hashes and ids. */
  DATA_DIR: z.string().min(1).default('.data'),
  /** Base address of an OTLP/HTTP receiver for traces (`/v1/traces` is appended); without it nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional(),
  /** What is logged at least: `debug`, `info`, `warn`, `error`, or nothing (`silent`). */
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Days after the end of an import for which the export as it came is kept in Medplum. */
  RETENTION_RAW_EXPORT_DAYS: days.default(365),
  /** The same for exports with lines that are still in quarantine: they are what a second try needs. */
  RETENTION_QUARANTINE_DAYS: days.default(2190),
  /** Days after the end of an import for which its ledger is kept; the newest of each connection stays. */
  RETENTION_LEDGER_DAYS: days.default(2190),
  /** Years for which AuditEvents of the bridge are kept; never less than six (45 CFR 164.316). */
  RETENTION_AUDIT_EVENT_YEARS: z.coerce.number().min(6).default(6),
  /** Days for which what browsers report of Stitch is kept. */
  RETENTION_SUPPORT_EVENT_DAYS: days.default(15),
  /** Days after which what a dead process of another host left in a shared spool goes; its own goes at the next start. */
  RETENTION_SPOOL_DAYS: days.default(7),
  /** Path in front of every call of the API. */
  API_PREFIX: z
    .string()
    .regex(/^(\/[\w.-]+)+$/, 'must look like /api/name')
    .default('/api/fasten-health'),
});

/** What no variable shows by itself. Looked at even when single ones are at fault, so that all faults are told at once. */
export function faultsBetween(given: Readonly<Record<string, string | undefined>>): string[] {
  const faults: string[] = [];
  const publicMode = readKeyMode(given.FASTEN_PUBLIC_ID ?? '');
  const privateMode = readKeyMode(given.FASTEN_PRIVATE_KEY ?? '');
  if (publicMode && privateMode && publicMode !== privateMode) {
    faults.push(`FASTEN_PRIVATE_KEY is a ${privateMode} key but FASTEN_PUBLIC_ID is a ${publicMode} one`);
  }
  if (given.REDIS_SENTINELS?.trim() && given.REDIS_CLUSTER_NODES?.trim()) {
    faults.push('REDIS_SENTINELS and REDIS_CLUSTER_NODES exclude each other');
  }
  if (!given.MEDPLUM_ADMIN_CLIENT_ID !== !given.MEDPLUM_ADMIN_CLIENT_SECRET) {
    faults.push('MEDPLUM_ADMIN_CLIENT_ID and MEDPLUM_ADMIN_CLIENT_SECRET are needed together');
  }
  if (given.BRIDGE_ROLE !== 'worker' && !given.FASTEN_WEBHOOK_SECRETS?.trim()) {
    faults.push('FASTEN_WEBHOOK_SECRETS is needed to serve the webhook: without one every event could be forged');
  }
  return faults;
}

/** The environment cannot be used; the message has one line for each fault and never quotes a value. */
export class ConfigError extends Error {}

export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty value counts as absent. */
export function withoutEmpty(env: Environment): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}

/** One error for all faults, a line each: whoever sets the service up mends them in one go. */
export function configError(faults: readonly string[]): ConfigError {
  return new ConfigError(`the environment cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
}

/** One line about one fault; it never quotes a value. */
export function describeIssue(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = String(issue.path[0]);
  return `${name} ${given[name] === undefined ? 'is missing' : issue.message}`;
}
