import { Agent, type Dispatcher, request } from 'undici';
import type { z } from 'zod';
import { catalogAnswer, type ExportState, exportAnswer, type OrgConnection, orgConnectionAnswer } from './answers.ts';
import type { ExportFile } from './export-file.ts';
import { FastenError } from './fasten-error.ts';

export interface FastenOptions {
  /** Ends in `/v1`; see normaliseBaseUrl. */
  readonly baseUrl: string;
  readonly publicId: string;
  /** Several, separated by blanks, while one is being rotated. */
  readonly privateKey: string;
  /** Called when a reply begins, with its status, and without one when there will be none. */
  readonly onReply?: (status: number | undefined, durationMs: number) => void;
}

/** What a download link answers: the file itself, or the storage address to fetch it from without credentials. */
export type DownloadAnswer =
  | { readonly kind: 'body'; readonly response: Dispatcher.ResponseData }
  | { readonly kind: 'elsewhere'; readonly url: URL };

/** Fasten Connect's API as the rooms see it. Every call throws FastenError. */
export interface FastenGateway {
  /** What Fasten itself says of a connection; the only proof that an id from a browser is real. */
  readConnection(orgConnectionId: string): Promise<OrgConnection>;
  /**
   * What people call the health system of a connection; undefined when Fasten's catalog does not (any more) name it, or
   * cannot be asked: a name is worth no failure.
   */
  readSourceName(connection: OrgConnection): Promise<string | undefined>;
  /** Asks for an export; the same connection gets the same export again for about a day. */
  requestExport(orgConnectionId: string): Promise<ExportState>;
  /** How far an export is. It never tells the links: only a webhook does. */
  readExport(exportId: string): Promise<ExportState>;
  /**
   * Follows one file of an export to where it is kept. The storage address lives for about ten minutes. `headers` say which
   * part is wanted, should Fasten send the file itself.
   */
  openFile(file: ExportFile, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<DownloadAnswer>;
  close(): Promise<void>;
}

const ANSWER_TIMEOUT_MS = 30_000;
const MAX_ANSWER_BYTES = 1_000_000;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Opens a client of Fasten Connect. Credentials go to `baseUrl` and nowhere else: no redirect is followed here.
 *
 * @param options - Address and key pair.
 * @returns The gateway; close it to free its sockets.
 */
export function createFasten(options: FastenOptions): FastenGateway {
  const agent = new Agent({ headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });
  const keys = options.privateKey.split(/\s+/).filter(Boolean);
  let [key = ''] = keys;

  /** Refused with the key that was taken last, the others are tried: which one Fasten takes changes while one is rotated. */
  async function send(path: string, init: Partial<Dispatcher.RequestOptions>): Promise<Dispatcher.ResponseData> {
    const answer = await sendWith(key, path, init);
    if (answer.statusCode !== 401) return answer;
    for (const other of keys.filter((each) => each !== key)) {
      const again = await sendWith(other, path, init);
      if (again.statusCode !== 401) {
        await answer.body.dump();
        key = other;
        return again;
      }
      await again.body.dump();
    }
    return answer;
  }

  async function sendWith(privateKey: string, path: string, init: Partial<Dispatcher.RequestOptions>) {
    const authorization = `Basic ${Buffer.from(`${options.publicId}:${privateKey}`).toString('base64')}`;
    const headers = { authorization, accept: 'application/json', ...init.headers };
    const startedAt = performance.now();
    try {
      const answer = await request(`${options.baseUrl}${path}`, {
        method: 'GET',
        ...init,
        headers,
        dispatcher: agent,
      });
      options.onReply?.(answer.statusCode, performance.now() - startedAt);
      return answer;
    } catch (cause) {
      options.onReply?.(undefined, performance.now() - startedAt);
      throw new FastenError('fasten-unreachable', 'Fasten Connect did not answer', undefined, cause);
    }
  }

  async function ask<T extends z.ZodType>(path: string, shape: T, init: Partial<Dispatcher.RequestOptions> = {}) {
    const response = await send(path, init);
    return readAnswer(shape, await readJson(response));
  }

  return {
    readConnection: async (id) => ask(`/bridge/org_connection/${segment(id)}`, orgConnectionAnswer),
    readSourceName: async (connection) => {
      const query = catalogQuery(options.publicId, connection);
      const told = query && (await ask(`/bridge/catalog?${query}`, catalogAnswer).catch(() => undefined));
      return told ? told.name : undefined;
    },
    requestExport: (id) =>
      ask('/bridge/fhir/ehi-export', exportAnswer, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ org_connection_id: id }),
      }),
    readExport: async (id) => ask(`/bridge/fhir/ehi-export/${segment(id)}`, exportAnswer),
    openFile: async (file, headers, signal) => {
      const wanted = { accept: '*/*', 'accept-encoding': 'gzip', ...headers };
      const response = await send(filePath(file), { signal, headers: wanted });
      return toDownloadAnswer(response, `${options.baseUrl}${filePath(file)}`);
    },
    close: () => agent.close(),
  };
}

/** Undefined without an id to look up. A brand is who the patient knows; a portal one of its doors. */
function catalogQuery(publicId: string, connection: OrgConnection): URLSearchParams | undefined {
  const { apiMode, brandId, portalId, tefcaDirectoryId } = connection;
  const wanted = { brand_id: brandId, portal_id: portalId, tefca_directory_id: tefcaDirectoryId };
  const [first] = Object.entries(wanted).filter(([, id]) => id !== undefined);
  if (first?.[1] === undefined) return undefined;
  return new URLSearchParams({ public_id: publicId, ...(apiMode && { api_mode: apiMode }), [first[0]]: first[1] });
}

/** One part of a path. Encoding leaves dots alone, and a URL takes `..` for the folder above. */
function segment(id: string): string {
  if (id === '.' || id === '..') {
    throw new FastenError('fasten-bad-id', 'this cannot be an id of Fasten Connect', 404);
  }
  return encodeURIComponent(id);
}

function filePath(file: ExportFile): string {
  return `/bridge/fhir/ehi-export/${segment(file.exportId)}/download/${segment(file.fileId)}`;
}

/** The published OpenAPI models the redirect as a 200 with a Location, its prose as a redirect: both are taken. */
async function toDownloadAnswer(response: Dispatcher.ResponseData, requestedUrl: string): Promise<DownloadAnswer> {
  const location = response.headers.location;
  if (typeof location === 'string' && (response.statusCode === 200 || REDIRECTS.includes(response.statusCode))) {
    await response.body.dump();
    if (!URL.canParse(location, requestedUrl)) {
      throw new FastenError('fasten-bad-redirect', 'Fasten Connect redirected to something that is no URL');
    }
    return { kind: 'elsewhere', url: new URL(location, requestedUrl) };
  }
  if (response.statusCode === 200 || response.statusCode === 206) {
    return { kind: 'body', response };
  }
  await response.body.dump();
  throw refusal(response.statusCode);
}

async function readJson(response: Dispatcher.ResponseData): Promise<unknown> {
  if (response.statusCode < 200 || response.statusCode > 299) {
    await response.body.dump();
    throw refusal(response.statusCode);
  }
  let text = '';
  for await (const chunk of response.body.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_ANSWER_BYTES) {
      throw new FastenError('fasten-bad-answer', 'Fasten Connect answered with more than a megabyte');
    }
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new FastenError('fasten-bad-answer', 'Fasten Connect did not answer in JSON', response.statusCode);
  }
}

/** Fasten's quickstart reads fields beside `data` as well as inside it, so both are looked at. */
function readAnswer<T extends z.ZodType>(shape: T, body: unknown): z.output<T> {
  const { success, data, ...rest } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  if (success === false) {
    throw new FastenError('fasten-refused', 'Fasten Connect answered that the call did not succeed');
  }
  const parsed = shape.safeParse(data ?? rest);
  if (!parsed.success) {
    throw new FastenError('fasten-bad-answer', 'Fasten Connect answered in a shape that is not known');
  }
  return parsed.data;
}

function refusal(status: number): FastenError {
  return new FastenError(`fasten-${status}`, `Fasten Connect answered ${status}`, status);
}
