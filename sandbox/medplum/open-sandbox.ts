import { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry, OperationOutcome, Resource } from '@medplum/fhirtypes';
import { type SeedClient, seed } from '../seed.ts';
import { type SandboxMedplum, type SandboxMedplumOptions, startMedplum } from './start-medplum.ts';

/** Positions of the clients in the seed; the bridge's is the only one that a policy limits. */
export const CLIENT = { bridge: 0, withoutTransactions: 1, other: 2, admin: 3 } as const;

/** The answer to one HTTP request. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is not. */
  readonly json: unknown;
}

/** A running server with an unmodified MedplumClient, and plain HTTP beside it for what the client hides. */
export interface OpenSandbox {
  readonly server: SandboxMedplum;
  readonly medplum: MedplumClient;
  /** Sends a request with the client's token; `path` begins after `/fhir/R4/` unless it begins with a slash. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** The same HTTP for a sign-in of the same client that asks for less: SMART scopes. */
  signInWithin(scope: string): Promise<OpenSandbox['call']>;
  close(): Promise<void>;
}

/** For tests: a sandbox of one's own on a free port, signed in as one of the seed's clients. */
export async function openSandbox(
  options: SandboxMedplumOptions = {},
  client: number = CLIENT.other,
): Promise<OpenSandbox> {
  const server = await startMedplum(options);
  const medplum = await signIn(server.baseUrl, client);
  return {
    server,
    medplum,
    call: (method, path, body, headers) => send(server.baseUrl, medplum.getAccessToken(), method, path, body, headers),
    signInWithin: async (scope) => {
      const token = await narrowToken(server.baseUrl, client, scope);
      return (method, path, body, headers) => send(server.baseUrl, token, method, path, body, headers);
    },
    close: () => server.close(),
  };
}

async function narrowToken(baseUrl: string, client: number, scope: string): Promise<string> {
  const { id = '', secret = '' } = seed.clients[client] ?? {};
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret, scope });
  const reply = await fetch(`${baseUrl}oauth2/token`, { method: 'POST', body });
  return ((await reply.json()) as { access_token: string }).access_token;
}

/** Plain HTTP with the token of a client of one's own seed. */
export async function openWith(
  baseUrl: string,
  client: Pick<SeedClient, 'id' | 'secret'> | undefined,
): Promise<OpenSandbox['call']> {
  const medplum = new MedplumClient({ baseUrl });
  await medplum.startClientLogin(client?.id ?? '', client?.secret ?? '');
  return (method, path, body, headers) => send(baseUrl, medplum.getAccessToken(), method, path, body, headers);
}

/** A MedplumClient signed in as one of the seed's clients. It does not retry: tests want to see each answer. */
export async function signIn(baseUrl: string, client: number = CLIENT.other): Promise<MedplumClient> {
  const { id = '', secret = '' } = seed.clients[client] ?? {};
  const medplum = new MedplumClient({ baseUrl, maxRetries: 0, cacheTime: 0 });
  await medplum.startClientLogin(id, secret);
  return medplum;
}

/** Plain HTTP; `path` begins after `/fhir/R4/` unless it begins with a slash. */
export async function send(
  baseUrl: string,
  token: string | undefined,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const url = path.startsWith('/') ? new URL(path, baseUrl) : `${baseUrl}fhir/R4/${path}`;
  const raw = typeof body === 'string' || body instanceof Uint8Array;
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/fhir+json', ...headers },
    ...(body === undefined ? {} : { body: raw ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first thing an OperationOutcome says. */
export function messageOf(answer: Answer): string | undefined {
  return (answer.json as OperationOutcome | undefined)?.issue?.[0]?.details?.text;
}

/** A bundle of plain creates, each with a fresh `urn:uuid`. */
export function bundleOf(type: 'batch' | 'transaction', resources: Resource[], more: BundleEntry[] = []): Bundle {
  const entry = resources.map(
    (resource): BundleEntry => ({
      fullUrl: `urn:uuid:${crypto.randomUUID()}`,
      request: { method: 'POST', url: resource.resourceType },
      resource,
    }),
  );
  return { resourceType: 'Bundle', type, entry: [...entry, ...more] };
}

/** Status of each entry of a bundle's answer. */
export function statusesOf(bundle: unknown): (string | undefined)[] {
  return ((bundle as Bundle).entry ?? []).map((entry) => entry.response?.status);
}
