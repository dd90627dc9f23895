import type { Dispatcher } from 'undici';
import { createFile } from '../spool/open-file.ts';
import { DownloadError } from './download-error.ts';

/** What the answers about one file said of it; two answers that differ are about two files. */
interface Version {
  /** A strong ETag; a weak one promises nothing about bytes. */
  readonly etag: string | undefined;
  /** Bytes in all, as sent; unknown for a chunked answer. */
  readonly total: number | undefined;
  readonly encoding: string;
}

/** A file that arrives in one piece or in several, as sent: gzip stays gzip. */
export interface PartialFile {
  /** Headers that ask for what is missing; none while there is nothing to go on from. */
  rangeHeaders(): Readonly<Record<string, string>>;
  /** Takes an answer in. Returns when the file is whole; throws DownloadError or what the network throws when it is not. */
  take(response: Dispatcher.ResponseData, signal: AbortSignal): Promise<void>;
  /** Bytes on disk. */
  bytes(): number;
  /** False when the last byte that is not blank does not end a JSON object. Of gzip nothing is told. */
  hasWholeLastLine(): Promise<boolean>;
  /** Forgets what is on disk. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** As sent is as stored: whoever reads the file knows gzip by its bytes, and nothing else. */
const ENCODINGS = ['identity', 'gzip'];
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const TAIL_BYTES = 4096;

/** Opens a file for taking a download in, empty and readable by this user alone. */
export async function openPartialFile(path: string): Promise<PartialFile> {
  const file = await createFile(path);
  let bytes = 0;
  let version: Version | undefined;

  async function clear(): Promise<void> {
    await file.clear();
    bytes = 0;
    version = undefined;
  }

  async function append(response: Dispatcher.ResponseData, signal: AbortSignal): Promise<void> {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      signal.throwIfAborted();
      await file.write(chunk, bytes);
      bytes += chunk.length;
    }
  }

  return {
    rangeHeaders: () => {
      if (bytes === 0 || version === undefined) return {};
      const { etag, total } = version;
      if (etag === undefined && total === undefined) return {};
      return { range: `bytes=${bytes}-`, ...(etag && { 'if-range': etag }) };
    },
    take: async (response, signal) => {
      const answered = versionOf(response);
      if (!ENCODINGS.includes(answered.encoding)) {
        await response.body.dump();
        throw new DownloadError('download-encoding');
      }
      if (response.statusCode !== 206) {
        await clear();
      } else if (startOf(response) !== bytes || !isSame(answered, version)) {
        await response.body.dump();
        await clear();
        throw new DownloadError('download-changed');
      }
      version = answered;
      await append(response, signal);
      if (answered.total !== undefined && bytes !== answered.total) throw new DownloadError('download-cut-off');
    },
    bytes: () => bytes,
    hasWholeLastLine: async () => {
      const [head, tail] = [await file.read(0, 2), await file.read(Math.max(0, bytes - TAIL_BYTES), TAIL_BYTES)];
      const text = tail.toString('latin1').trimEnd();
      return head.equals(GZIP_MAGIC) || text === '' || text.endsWith('}');
    },
    clear,
    close: () => file.close(),
  };
}

function versionOf({ statusCode, headers }: Dispatcher.ResponseData): Version {
  const { etag, 'content-encoding': encoding = 'identity' } = headers;
  const length = statusCode === 206 ? /\/(\d+)$/.exec(`${headers['content-range']}`)?.[1] : headers['content-length'];
  return {
    etag: typeof etag === 'string' && etag.startsWith('"') ? etag : undefined,
    total: length === undefined ? undefined : Number(length),
    encoding: `${encoding}`,
  };
}

function startOf({ headers }: Dispatcher.ResponseData): number {
  return Number(/^bytes (\d+)-/.exec(`${headers['content-range']}`)?.[1] ?? Number.NaN);
}

/** By the ETag, and by the size where both tell it; one of the two must speak for it. */
function isSame(answered: Version, known: Version | undefined): boolean {
  if (answered.etag !== known?.etag || answered.encoding !== known?.encoding) return false;
  const isTold = answered.total !== undefined && known?.total !== undefined;
  return isTold ? answered.total === known.total : answered.etag !== undefined;
}
