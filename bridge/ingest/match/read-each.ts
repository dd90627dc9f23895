import type { MedplumClient } from '@medplum/core';
import type { Bundle, BundleEntry, Resource } from '@medplum/fhirtypes';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';

/** What the server says of one URL. */
export interface ReadEntry {
  /** HTTP status: 410 for what was deleted, 404 for what never was or was expunged. */
  readonly status: number;
  readonly resource: Resource | undefined;
}

const READS_A_BATCH = 200;

/**
 * Reads URLs (`Type/id`, `Type/id/_history`, searches) by batches. One answer for each, in their order. `headers` go with
 * every batch.
 */
export async function readEach(
  medplum: MedplumClient,
  urls: readonly string[],
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadEntry[]> {
  const entries: ReadEntry[] = [];
  for (let start = 0; start < urls.length; start += READS_A_BATCH) {
    const part = urls.slice(start, start + READS_A_BATCH);
    const entry = part.map((url): BundleEntry => ({ request: { method: 'GET', url } }));
    const bundle: Bundle = { resourceType: 'Bundle', type: 'batch', entry };
    const read = async () => answers(await medplum.executeBatch(bundle, { headers: { ...headers } }), part.length);
    entries.push(...(await retryRead(read, signal)));
  }
  return entries;
}

/** A batch is HTTP 200 even when the quota ends in its middle: then it is asked again. */
function answers({ entry = [] }: Bundle, expected: number): ReadEntry[] {
  const answers = entry.map(({ response, resource }) => ({ status: Number(response?.status ?? 0), resource }));
  if (answers.length !== expected) throw new LostReplyError('incomplete-reply');
  const passing = answers.find(({ status }) => status === 0 || status === 429 || status >= 500);
  if (passing) throw new LostReplyError(`entry-${passing.status}`);
  return answers;
}
