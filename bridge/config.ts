import type { z } from 'zod';
import {
  configError,
  describeIssue,
  type Environment,
  environment,
  faultsBetween,
  withoutEmpty,
} from './environment.ts';
import { readKeyMode } from './fasten/read-key-mode.ts';

/** Everything the process was told by its environment, checked. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads the environment.
 *
 * @param env - `process.env`, or what a test says instead. An empty value counts as absent.
 * @returns The settings, grouped by what they concern.
 * @throws ConfigError naming every variable that is missing or unusable, all at once.
 */
export function readConfig(env: Environment) {
  const given = withoutEmpty(env);
  const parsed = environment.safeParse(given);
  const faults = [...(parsed.error?.issues.map((issue) => describeIssue(issue, given)) ?? []), ...faultsBetween(given)];
  if (!parsed.success || faults.length > 0) throw configError(faults);
  const { data } = parsed;
  return {
    role: data.BRIDGE_ROLE,
    logLevel: data.LOG_LEVEL,
    stopWithinMs: data.BRIDGE_STOP_SECONDS * 1000,
    tracesTo: data.OTEL_EXPORTER_OTLP_ENDPOINT,
    spool: { dir: data.SPOOL_DIR, leastBytes: data.SPOOL_MIN_FREE_MB * 1_000_000 },
    medplum: medplumSettings(data),
    eraser: eraserSettings(data),
    ages: agesOf(data),
    redis: redisSettings(data),
    fasten: {
      baseUrl: data.FASTEN_BASE_URL,
      publicId: data.FASTEN_PUBLIC_ID,
      privateKey: data.FASTEN_PRIVATE_KEY,
      mode: readKeyMode(data.FASTEN_PUBLIC_ID) ?? readKeyMode(data.FASTEN_PRIVATE_KEY),
      webhookSecrets: data.FASTEN_WEBHOOK_SECRETS,
      storageOrigins: data.FASTEN_STORAGE_ORIGINS,
      stitch: { scriptUrl: data.FASTEN_STITCH_URL, styleUrl: data.FASTEN_STITCH_URL.replace(/\.js$/, '.css') },
    },
    http: {
      host: data.BRIDGE_HOST,
      port: data.BRIDGE_PORT,
      statePort: data.BRIDGE_STATE_PORT,
      apiPrefix: data.API_PREFIX,
      trustedProxies: data.BRIDGE_TRUSTED_PROXIES,
      requestsPerMinute: data.RATE_LIMIT_PER_MINUTE,
      allowedOrigins: data.CORS_ORIGINS,
    },
  };
}

function medplumSettings(data: Pick<z.output<typeof environment>, keyof typeof MEDPLUM_KEYS>) {
  return {
    baseUrl: data.MEDPLUM_BASE_URL,
    clientId: data.MEDPLUM_CLIENT_ID,
    clientSecret: data.MEDPLUM_CLIENT_SECRET,
    patienceMs: data.MEDPLUM_PATIENCE_SECONDS * 1000,
  };
}

const DAY_MS = 24 * 3_600_000;

const RETENTION_KEYS = {
  RETENTION_RAW_EXPORT_DAYS: true,
  RETENTION_QUARANTINE_DAYS: true,
  RETENTION_LEDGER_DAYS: true,
  RETENTION_AUDIT_EVENT_YEARS: true,
  RETENTION_SUPPORT_EVENT_DAYS: true,
  RETENTION_SPOOL_DAYS: true,
} as const;

function agesOf(data: Pick<z.output<typeof environment>, keyof typeof RETENTION_KEYS>) {
  const rawExportMs = data.RETENTION_RAW_EXPORT_DAYS * DAY_MS;
  return {
    rawExportMs,
    quarantineMs: Math.max(rawExportMs, data.RETENTION_QUARANTINE_DAYS * DAY_MS),
    ledgerMs: data.RETENTION_LEDGER_DAYS * DAY_MS,
    supportEventMs: data.RETENTION_SUPPORT_EVENT_DAYS * DAY_MS,
    spoolMs: data.RETENTION_SPOOL_DAYS * DAY_MS,
    auditEventMs: data.RETENTION_AUDIT_EVENT_YEARS * 365.25 * DAY_MS,
  };
}

/** Reads for how long what is kept. Throws ConfigError. */
export function readAges(env: Environment): Config['ages'] {
  return agesOf(checked(environment.pick(RETENTION_KEYS), withoutEmpty(env)));
}

const REDIS_KEYS = {
  REDIS_URL: true,
  REDIS_PREFIX: true,
  REDIS_SENTINELS: true,
  REDIS_SENTINEL_NAME: true,
  REDIS_SENTINEL_PASSWORD: true,
  REDIS_CLUSTER_NODES: true,
} as const;

/** In a cluster what belongs together has to lie on one node: everything that begins with the same word in braces does. */
function redisSettings(data: Pick<z.output<typeof environment>, keyof typeof REDIS_KEYS>) {
  const { REDIS_SENTINELS: sentinels, REDIS_CLUSTER_NODES: nodes, REDIS_SENTINEL_PASSWORD: password } = data;
  const isCluster = nodes.length > 0;
  return {
    url: data.REDIS_URL,
    prefix: isCluster ? `{${data.REDIS_PREFIX}}` : data.REDIS_PREFIX,
    cluster: isCluster ? { nodes } : undefined,
    sentinel:
      sentinels.length > 0
        ? { nodes: sentinels, name: data.REDIS_SENTINEL_NAME, ...(password && { password }) }
        : undefined,
  };
}

/** The admin's client; undefined when there is none. */
function eraserSettings(data: z.output<typeof environment>) {
  const { MEDPLUM_ADMIN_CLIENT_ID: clientId, MEDPLUM_ADMIN_CLIENT_SECRET: clientSecret } = data;
  return clientId && clientSecret ? { baseUrl: data.MEDPLUM_BASE_URL, clientId, clientSecret } : undefined;
}

const MEDPLUM_KEYS = {
  MEDPLUM_BASE_URL: true,
  MEDPLUM_CLIENT_ID: true,
  MEDPLUM_CLIENT_SECRET: true,
  MEDPLUM_PATIENCE_SECONDS: true,
} as const;

/** The client of the bridge that the sandbox is seeded with; worth nothing anywhere else. */
export const SANDBOX_CLIENT = {
  MEDPLUM_CLIENT_ID: '6f1c2a34-0f6b-4a55-9d0e-7a1f5b3c8d21',
  MEDPLUM_CLIENT_SECRET: 'sandbox-bridge-secret',
};

/**
 * Reads which Medplum a command line tool talks to: without MEDPLUM_BASE_URL the running sandbox.
 *
 * @throws ConfigError naming every variable that is missing or unusable, all at once.
 */
export function readMedplumSettings(env: Environment): Config['medplum'] {
  const sandbox = {
    MEDPLUM_BASE_URL: `http://127.0.0.1:${env.SANDBOX_MEDPLUM_PORT ?? '8103'}/`,
    ...SANDBOX_CLIENT,
  };
  const given = { ...withoutEmpty(env), ...(!env.MEDPLUM_BASE_URL && sandbox) };
  return medplumSettings(checked(environment.pick(MEDPLUM_KEYS), given));
}

/** Reads where a command line tool keeps its files. */
export function readFolders(env: Environment): { readonly spoolDir: string; readonly dataDir: string } {
  const folders = environment.pick({ SPOOL_DIR: true, DATA_DIR: true });
  const { SPOOL_DIR, DATA_DIR } = checked(folders, withoutEmpty(env));
  return { spoolDir: SPOOL_DIR, dataDir: DATA_DIR };
}

/**
 * Reads which Redis a command line tool adds jobs to: without REDIS_URL that of the running sandbox.
 *
 * @throws ConfigError naming every variable that is missing or unusable, all at once.
 */
export function readRedisSettings(env: Environment): Config['redis'] {
  const sandbox = `redis://127.0.0.1:${env.SANDBOX_REDIS_PORT ?? '8106'}`;
  const given = { REDIS_URL: sandbox, ...withoutEmpty(env) };
  return redisSettings(checked(environment.pick(REDIS_KEYS), given));
}

function checked<T extends z.ZodType>(schema: T, given: Environment): z.output<T> {
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw configError(parsed.error.issues.map((issue) => describeIssue(issue, given)));
  return parsed.data;
}
