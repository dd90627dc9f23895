import { MedplumClient } from '@medplum/core';
import { Agent, Headers, fetch as undiciFetch } from 'undici';
import { PermanentError } from '../../errors.ts';
import { inStep, noteStep, traceparent } from '../../observe/trace.ts';
import { LostReplyError } from './lost-reply-error.ts';
import { type Fetch, pacedFetch } from './paced-fetch.ts';
import { Pacer, type Pacing, setPacer } from './pacer.ts';
import { refuseWrites } from './refuse-writes.ts';
import { repeatConflicts } from './repeat-conflicts.ts';
import { retryGets } from './retry-gets.ts';
import { trySecrets } from './try-secrets.ts';

export interface MedplumSettings extends Pacing {
  /** Root of the server, e.g. `https://api.medplum.com/`; FHIR lies at `fhir/R4/` below it. */
  readonly baseUrl: string;
  readonly clientId: string;
  /** Several, separated by blanks, while one is being rotated. */
  readonly clientSecret: string;
  /** How long one reply may take, in milliseconds. Default 120,000: twice Postgres's statement timeout there. */
  readonly replyTimeoutMs?: number;
  /** Nothing but reads goes out; a write throws. */
  readonly isReadOnly?: boolean;
  /** Called when a reply begins, with its status, and without one when there will be none. */
  readonly onReply?: (status: number | undefined, durationMs: number) => void;
}

/** A signed-in client and what must be closed with it. */
export interface MedplumConnection {
  readonly client: MedplumClient;
  close(): Promise<void>;
}

/** To pack a reply takes a fifth of what a look-up costs the server (measured), which stands beside the bridge. */
const UNPACKED = 'identity';

/**
 * Signs in by client credentials and gives a MedplumClient that repeats reads and never a write by itself: a reply that was lost is
 * a {@link LostReplyError}, since the server may still commit what it was sent.
 * Throws PermanentError `medplum-credentials` or `medplum-unreachable` with what to do.
 */
export async function createMedplum(settings: MedplumSettings): Promise<MedplumConnection> {
  const agent = new Agent({
    headersTimeout: settings.replyTimeoutMs ?? 120_000,
    bodyTimeout: 120_000,
    connections: 16,
  });
  const plain: Fetch = (url, init) => {
    const said = { ...init, dispatcher: agent } as Parameters<typeof undiciFetch>[1];
    const headers = new Headers(said?.headers);
    headers.set('accept-encoding', UNPACKED);
    return undiciFetch(url, { ...said, headers }) as unknown as Promise<Response>;
  };
  const settled = settledFetch(settings.onReply ? tracedFetch(timedFetch(plain, settings.onReply)) : plain);
  const secrets = settings.clientSecret.split(/\s+/).filter(Boolean);
  const pacer = new Pacer(settings);
  const paced = pacedFetch(settings.isReadOnly ? refuseWrites(settled) : settled, pacer);
  const client = new MedplumClient({
    baseUrl: settings.baseUrl,
    fetch: trySecrets(retryGets(repeatConflicts(paced)), secrets),
    cacheTime: 0,
    maxRetries: 0,
    refreshGracePeriod: 60_000,
  });
  setPacer(client, pacer);
  try {
    await client.startClientLogin(settings.clientId, secrets[0] ?? '');
  } catch (error) {
    await agent.close();
    throw signInFault(settings.baseUrl, error);
  }
  return { client, close: () => agent.close() };
}

/** A MedplumClient with somebody's access token. Like {@link createMedplum}'s it never repeats a write by itself. */
export function createTokenClient(baseUrl: string, token: string): MedplumClient {
  const client = new MedplumClient({ baseUrl, fetch: retryGets(settledFetch(fetch)), cacheTime: 0, maxRetries: 0 });
  client.setAccessToken(token);
  return client;
}

/** Each request is a step of the trace that it is made in, and Medplum may go on with it. */
function tracedFetch(fetch: Fetch): Fetch {
  return (url, init) =>
    inStep(nameOf(url, init), { kind: 'client' }, async () => {
      const parent = traceparent();
      if (parent === undefined) return fetch(url, init);
      const headers = new Headers(init?.headers as ConstructorParameters<typeof Headers>[0]);
      headers.set('traceparent', parent);
      const response = await fetch(url, { ...init, headers: headers as unknown as Record<string, string> });
      noteStep({ status: response.status });
      return response;
    });
}

/** Method and resource type: the rest of a path, and every query, may name what a source calls a record. */
function nameOf(url: string, init: RequestInit | undefined): string {
  const [, type = 'Bundle'] = /\/fhir\/R4\/([A-Z]\w{1,40})\b/.exec(url) ?? [];
  return `medplum ${init?.method ?? 'GET'} ${url.includes('/fhir/R4') ? type : 'other'}`;
}

function timedFetch(fetch: Fetch, onReply: NonNullable<MedplumSettings['onReply']>): Fetch {
  return async (url, init) => {
    const startedAt = performance.now();
    let status: number | undefined;
    try {
      const response = await fetch(url, init);
      ({ status } = response);
      return response;
    } finally {
      onReply(status, performance.now() - startedAt);
    }
  };
}

/** Turns network faults and 5xx into {@link LostReplyError}: the only two cases in which nobody knows what happened. */
function settledFetch(fetch: Fetch): Fetch {
  return async (url, init) => {
    let response: Response;
    try {
      response = await fetch(url, init);
    } catch (error) {
      if (init?.signal?.aborted) throw init.signal.reason;
      throw new LostReplyError(networkCode(error), error);
    }
    if (response.status >= 500) {
      await response.body?.cancel();
      throw new LostReplyError(`http-${response.status}`);
    }
    return response;
  };
}

function networkCode(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'network';
}

function signInFault(baseUrl: string, error: unknown): PermanentError {
  const origin = new URL(baseUrl).origin;
  if (error instanceof LostReplyError) {
    return new PermanentError(
      'medplum-unreachable',
      `no Medplum server answers at ${origin} (${error.code}): start it, or set MEDPLUM_BASE_URL`,
    );
  }
  return new PermanentError(
    'medplum-credentials',
    `${origin} refused the client credentials: check MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET`,
  );
}
