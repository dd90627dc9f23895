import { createHash } from 'node:crypto';
import type { MedplumClient } from '@medplum/core';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import { Agent, type Dispatcher, request } from 'undici';
import { HttpError } from '../errors.ts';
import { createTokenClient } from './client/create-medplum.ts';

/** Somebody who calls our API, seen through their own Medplum token: their AccessPolicy decides what they find. */
export interface Caller {
  /** Reference to who they are in Medplum, such as `Practitioner/<id>`. */
  readonly profile: string;
  /** An administrator of the Medplum project: by their membership, not by what a policy lets them see. */
  readonly isAdmin: boolean;
  /** Throws HttpError 404 when it does not exist or is not theirs to see: the two are not told apart. */
  read<T extends Resource['resourceType']>(type: T, id: string): Promise<Extract<Resource, { resourceType: T }>>;
  /** All matches of the first page, up to 1,000. */
  search<T extends Resource['resourceType']>(
    type: T,
    query: Readonly<Record<string, string>>,
  ): Promise<Extract<Resource, { resourceType: T }>[]>;
  /** One page of matches, with the links as Medplum gives them. */
  searchPage(type: string, query: Readonly<Record<string, string>>): Promise<Bundle>;
  /** A client with their own token, for what is written in their name. */
  client(): MedplumClient;
}

export interface Callers {
  /** Throws HttpError 401 when Medplum does not know the token (any more). */
  identify(token: string): Promise<Caller>;
  close(): Promise<void>;
}

/** A token that was logged out is refused after this long at the latest; Medplum allows few `/auth` calls a minute. */
const REMEMBER_MS = 30_000;
const MAX_REMEMBERED = 1_000;
const ANSWER_TIMEOUT_MS = 30_000;

/**
 * Opens Medplum for callers with tokens of their own.
 *
 * @param baseUrl - Root of the server.
 */
export function createCallers(baseUrl: string): Callers {
  const agent = new Agent({ headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });
  const remembered = new Map<string, Identity & { readonly until: number }>();
  const get = (token: string, path: string) => getJson(agent, new URL(path, baseUrl.replace(/\/?$/, '/')), token);

  async function whoIs(token: string): Promise<Identity> {
    const key = createHash('sha256').update(token).digest('hex');
    const known = remembered.get(key);
    if (known !== undefined && known.until > Date.now()) {
      return known;
    }
    remembered.delete(key);
    const identity = identityOf(await get(token, 'auth/me'));
    if (remembered.size >= MAX_REMEMBERED) {
      remembered.clear();
    }
    remembered.set(key, { ...identity, until: Date.now() + REMEMBER_MS });
    return identity;
  }

  return {
    identify: async (token) => toCaller(token, await whoIs(token)),
    close: () => agent.close(),
  };

  function toCaller(token: string, { profile, isAdmin }: Identity): Caller {
    return {
      profile,
      isAdmin,
      read: async (type, id) => (await get(token, `fhir/R4/${type}/${assertId(id)}`)) as never,
      search: async (type, query) => {
        const bundle = (await get(token, `fhir/R4/${type}?${new URLSearchParams(query)}`)) as Bundle;
        return (bundle.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource])) as never;
      },
      searchPage: async (type, query) => (await get(token, `fhir/R4/${type}?${new URLSearchParams(query)}`)) as Bundle,
      client: () => createTokenClient(baseUrl, token),
    };
  }
}

type Identity = Pick<Caller, 'profile' | 'isAdmin'>;

async function getJson(agent: Agent, url: URL, token: string): Promise<unknown> {
  let response: Dispatcher.ResponseData;
  try {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/fhir+json' };
    response = await request(url, { dispatcher: agent, headers });
  } catch (cause) {
    throw new HttpError(502, 'transient', 'Medplum cannot be reached', { cause });
  }
  if (response.statusCode === 200) {
    return response.body.json();
  }
  await response.body.dump();
  throw toRefusal(response.statusCode);
}

function toRefusal(status: number): HttpError {
  switch (status) {
    case 401:
      return new HttpError(401, 'login', 'the access token is not valid');
    case 400:
    case 403:
    case 404:
    case 410:
      return new HttpError(404, 'not-found', 'there is no such resource, or it is not yours to see');
    case 429:
      return new HttpError(429, 'throttled', 'Medplum asks to wait');
    default:
      return new HttpError(502, 'transient', `Medplum answered ${status}`);
  }
}

function identityOf(me: unknown): Identity {
  const { profile, membership } = (me ?? {}) as Partial<Me>;
  if (typeof profile?.resourceType !== 'string' || typeof profile.id !== 'string') {
    throw new HttpError(401, 'login', 'the access token does not belong to a member of this project');
  }
  return { profile: `${profile.resourceType}/${profile.id}`, isAdmin: membership?.admin === true };
}

/** What `GET auth/me` answers, as far as it matters here. */
interface Me {
  readonly profile: { readonly resourceType?: unknown; readonly id?: unknown };
  readonly membership: { readonly admin?: unknown };
}

/** An id from a URL becomes part of another URL; only what FHIR allows in an id may, and no path. */
function assertId(id: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id)) {
    throw new HttpError(404, 'not-found', 'there is no such resource, or it is not yours to see');
  }
  return id;
}
