import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { MedplumClient } from '@medplum/core';
import type { Express } from 'express';
import { SANDBOX_KEYS, type SandboxFasten, startFasten } from '../../sandbox/fasten/start-fasten.ts';
import { type SandboxMedplum, startMedplum } from '../../sandbox/medplum/start-medplum.ts';
import { type SeedUser, seed } from '../../sandbox/seed.ts';
import { grants } from '../../sandbox/seed-policies.ts';
import { buildApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { type Answer, callApi } from './call-api.ts';
import { BRIDGE_CLIENT_VARIABLES } from './import-world.ts';
import { type TestRedis, withRedis } from './with-redis.ts';

/** The bridge with everything around it, each over real HTTP on a free port. */
export interface World {
  readonly medplum: SandboxMedplum;
  readonly fasten: SandboxFasten;
  readonly redis: TestRedis;
  /** `http://127.0.0.1:<port>/api/fasten-health` */
  readonly api: string;
  readonly spoolDir: string;
  /** What the bridge is told by its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The HTTP side of the bridge as it was first started. */
  readonly server: Express;
  /** Everything the bridge has logged. */
  log(): string;
  /** Stops the bridge as a SIGTERM does and starts it again on the same port, with the same Redis and Medplum. */
  restartBridge(): Promise<void>;
  /** A client of the sandbox Medplum, signed in with e-mail and password. */
  signIn(email: string): Promise<MedplumClient>;
  /**
   * A client of somebody new, with the stored Patient or Practitioner that is given as their profile. Without `access` a
   * patient, who may see their own record only.
   */
  signInAs(profile: SeedUser['profile'], access?: SeedUser['access']): Promise<MedplumClient>;
  /** Calls the bridge's API with a caller's token. */
  call(caller: MedplumClient | undefined, method: string, path: string, body?: unknown): Promise<Answer>;
  close(): Promise<void>;
}

interface WorldOptions {
  readonly keepsRedis?: boolean;
  readonly more?: Readonly<Record<string, string>>;
  readonly pageFolder?: string;
}

const PREFIX = '/api/fasten-health';

/**
 * Starts them all; `close` ends them in the order of production and fails when something was left running. `keepsRedis`: with
 * a disk, so that it can be restarted. `more`: what the bridge is told besides. `pageFolder`: the built ui.
 */
export async function startWorld({ keepsRedis = false, more = {}, pageFolder }: WorldOptions = {}): Promise<World> {
  const spoolDir = await mkdtemp(join(tmpdir(), 'bridge-spool-'));
  const [medplum, redis] = await Promise.all([startMedplum(), withRedis({ persistent: keepsRedis })]);
  const fasten = await startFasten({
    exportDelayMs: 20,
    retryDelaysMs: [200, 400, 800, 1600],
    storeUrl: medplum.baseUrl,
  });
  const lines: string[] = [];
  const logTo = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(String(chunk));
      done();
    },
  });
  const around = { medplum, fasten, redis, spoolDir };
  const seen: Express[] = [];
  let app = await buildApp(readConfig({ ...environmentOf(around, 0), ...more }), {
    logTo,
    ...(pageFolder && { pageFolder }),
    seeServer: (server) => seen.push(server),
  });
  const origin = (await app.listen()) ?? '';
  const environment = { ...environmentOf(around, Number(new URL(origin).port)), ...more };
  const [server] = seen;
  if (!server) throw new Error('the bridge serves nothing');
  const api = `${origin}${PREFIX}`;
  await fasten.setWebhook({ url: `${api}/webhook`, connectionEvents: false });
  return {
    ...around,
    api,
    server,
    environment,
    log: () => lines.join(''),
    restartBridge: async () => {
      await app.close();
      app = await buildApp(readConfig(environment), { logTo });
      await app.listen();
    },
    signIn: (email) => signIn(medplum.baseUrl, email),
    signInAs: (profile, access) => signIn(medplum.baseUrl, addUser(medplum, profile, access)),
    call: (caller, method, path, body) => callApi(`${api}${path}`, caller, method, body),
    close: async () => {
      await app.close();
      await Promise.all([fasten.close(), medplum.close(), redis.close()]);
      await rm(spoolDir, { recursive: true, force: true });
    },
  };
}

type Around = Pick<World, 'medplum' | 'fasten' | 'redis' | 'spoolDir'>;

function environmentOf({ medplum, fasten, redis, spoolDir }: Around, port: number): Record<string, string> {
  return {
    MEDPLUM_BASE_URL: medplum.baseUrl,
    ...BRIDGE_CLIENT_VARIABLES,
    REDIS_URL: redis.url,
    REDIS_PREFIX: redis.prefix,
    FASTEN_BASE_URL: fasten.baseUrl,
    FASTEN_PUBLIC_ID: SANDBOX_KEYS.publicId,
    FASTEN_PRIVATE_KEY: SANDBOX_KEYS.privateKey,
    FASTEN_WEBHOOK_SECRETS: SANDBOX_KEYS.webhookSecret,
    FASTEN_STORAGE_ORIGINS: fasten.storageOrigin,
    FASTEN_STITCH_URL: fasten.stitchScriptUrl,
    BRIDGE_PORT: `${port}`,
    SPOOL_DIR: spoolDir,
    LOG_LEVEL: 'debug',
    API_PREFIX: PREFIX,
  };
}

function addUser(
  medplum: SandboxMedplum,
  profile: SeedUser['profile'],
  access: SeedUser['access'] = [grants.patient],
): string {
  const email = `${profile.id}@example.com`;
  medplum.addUser({
    id: crypto.randomUUID(),
    email,
    password: 'sandbox-password',
    projectId: seed.projects[0]?.id ?? '',
    membershipId: crypto.randomUUID(),
    ...(access && { access }),
    profile,
  });
  return email;
}

/** The two calls that MedplumClient's own sign-in makes; that one wants a browser's storage. */
async function signIn(baseUrl: string, email: string): Promise<MedplumClient> {
  const challenge = { codeChallenge: 'made-up-for-tests', codeChallengeMethod: 'plain' };
  const login = await post(
    `${baseUrl}auth/login`,
    JSON.stringify({ email, password: 'sandbox-password', ...challenge }),
  );
  const grant = { grant_type: 'authorization_code', code: login.code ?? '', code_verifier: challenge.codeChallenge };
  const tokens = await post(`${baseUrl}oauth2/token`, new URLSearchParams(grant));
  const client = new MedplumClient({ baseUrl, cacheTime: 0 });
  client.setAccessToken(tokens.access_token ?? '');
  return client;
}

async function post(url: string, body: string | URLSearchParams): Promise<Record<string, string | undefined>> {
  const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const response = await fetch(url, { method: 'POST', headers, body });
  if (!response.ok) {
    throw new Error(`${url} answered ${response.status}`);
  }
  return (await response.json()) as Record<string, string | undefined>;
}

/** Asks again and again until there is an answer. Whoever waits in vain is stopped by the test's own time limit. */
export async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    await wait(50);
  }
}
