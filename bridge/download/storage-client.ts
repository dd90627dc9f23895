import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, type Dispatcher, request } from 'undici';
import { PermanentError } from '../errors.ts';
import { isPublicAddress } from './is-public-address.ts';

/** Finds every address of a name, as `dns.lookup` with `all`. */
export type FindAddresses = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface StorageOptions {
  /** Origins of storage that configuration vouches for; everything else must be public, on https and port 443. */
  readonly allowedOrigins: readonly string[];
  /** How names become addresses; the system's resolver when absent. */
  readonly findAddresses?: FindAddresses;
  /** Makes what opens sockets, given how it has to look names up; undici's own when absent. */
  readonly makeDialer?: MakeDialer;
}

export type MakeDialer = (options: { readonly lookup: LookupFunction }) => buildConnector.connector;

/** Fetches from where Fasten keeps exports, without credentials. */
export interface StorageClient {
  /** Throws PermanentError `storage-refused` for an address that may not be asked, before any connection is tried. */
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Dispatcher.ResponseData>;
  close(): Promise<void>;
}

/** A silent connection is given up after this long; a whole file may take hours. */
const SILENCE_TIMEOUT_MS = 120_000;

/**
 * Opens the client for the second hop of a download: its target comes from the network, so it must not become a way into
 * ours. Names are resolved here and the resolved address is what is dialled, so that a name which answers differently the
 * second time gains nothing.
 */
export function createStorageClient(options: StorageOptions): StorageClient {
  const limits = { headersTimeout: SILENCE_TIMEOUT_MS, bodyTimeout: SILENCE_TIMEOUT_MS };
  const findAddresses = options.findAddresses ?? ((host, done) => dnsLookup(host, { all: true }, done));
  const { makeDialer = buildConnector } = options;
  const publicOnly = new Agent({ ...limits, connect: makeDialer({ lookup: publicLookup(findAddresses) }) });
  const vouchedFor = new Agent(limits);
  return {
    get: async (url, headers, signal) => {
      const isVouchedFor = options.allowedOrigins.includes(url.origin);
      if (!isVouchedFor) {
        assertPublicUrl(url);
      }
      const dispatcher = isVouchedFor ? vouchedFor : publicOnly;
      return request(url, { dispatcher, signal, headers: { 'accept-encoding': 'gzip', ...headers } });
    },
    close: async () => {
      await Promise.all([publicOnly.close(), vouchedFor.close()]);
    },
  };
}

/** An address in the URL itself is never looked up, so it is judged here; `hostname` keeps the brackets of IPv6. */
function assertPublicUrl(url: URL): void {
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  const isLiteral = isIP(literal) !== 0;
  if (url.protocol !== 'https:' || url.port !== '' || url.username !== '' || url.password !== '') {
    throw refusal(url.host);
  }
  if (isLiteral && !isPublicAddress(literal)) {
    throw refusal(url.host);
  }
}

/** A resolver that keeps public addresses only; when none is left, nothing is dialled. */
export function publicLookup(findAddresses: FindAddresses): LookupFunction {
  return (host, options, done) => {
    findAddresses(host, (error, addresses) => {
      const usable = (addresses ?? []).filter(({ address }) => isPublicAddress(address));
      const [first] = usable;
      if (error || first === undefined) {
        done(error ?? refusal(host), '');
      } else if (options.all) {
        done(null, usable);
      } else {
        done(null, first.address, first.family);
      }
    });
  };
}

function refusal(host: string): PermanentError {
  return new PermanentError('storage-refused', `the export is kept at ${host}, which is not a public https address`);
}
