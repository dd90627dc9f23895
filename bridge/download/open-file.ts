import type { Dispatcher } from 'undici';
import type { FastenGateway } from '../fasten/client.ts';
import type { ExportFile } from '../fasten/export-file.ts';
import { DownloadError } from './download-error.ts';
import type { StorageClient } from './storage-client.ts';

export interface OpenDeps {
  readonly fasten: Pick<FastenGateway, 'openFile'>;
  readonly storage: StorageClient;
}

const MAX_HOPS = 4;
const REDIRECTS = [301, 302, 303, 307, 308];

/**
 * Follows a file from Fasten to where it is kept. Asked anew for each try: a signed address lives for ten minutes.
 *
 * @param headers - For whoever sends the bytes: which of them.
 * @returns An answer of 200, the whole file, or 206, the part that was asked for.
 * @throws DownloadError `storage-<status>` or `storage-redirects`; PermanentError of a refused address; FastenError.
 */
export async function openFile(
  { fasten, storage }: OpenDeps,
  file: ExportFile,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  const answer = await fasten.openFile(file, headers, signal);
  if (answer.kind === 'body') return answer.response;
  let url = answer.url;
  for (let hop = 1; hop <= MAX_HOPS; hop++) {
    const response = await storage.get(url, headers, signal);
    if (response.statusCode === 200 || response.statusCode === 206) return response;
    const location = response.headers.location;
    await response.body.dump();
    if (!REDIRECTS.includes(response.statusCode) || typeof location !== 'string' || !URL.canParse(location, url.href)) {
      throw new DownloadError(`storage-${response.statusCode}`);
    }
    url = new URL(location, url);
  }
  throw new DownloadError('storage-redirects');
}
