import { setTimeout as sleep } from 'node:timers/promises';
import type { MedplumClient } from '@medplum/core';
import type { AsyncJob, Bundle, BundleEntry, OperationOutcome } from '@medplum/fhirtypes';
import { LostReplyError } from './client/lost-reply-error.ts';
import { retryRead } from './client/retry-read.ts';

/** Medplum's body limit is 1 MB (`maxJsonSize`). */
const MAX_SYNC_BYTES = 900_000;
const POLL_MS = 250;
/** A server that is restarted loses the job (before 5.2), and would be waited for without end. */
const DEADLINE_MS = 5 * 60_000;

/**
 * Has one entry (JSON text) carried out as a batch, an asynchronous one when it is larger than a request may be (FHIR R4
 * async.html; Medplum takes 50 MB there, and no transaction). Returns how the entry ended; undefined when the
 * job came to an end without saying so.
 * Throws OperationOutcomeError when the server takes no such request, LostReplyError when nobody knows what became of it.
 */
export async function runAsyncBatch(
  medplum: MedplumClient,
  entry: string,
  signal?: AbortSignal,
): Promise<BundleEntry | undefined> {
  const body = `{"resourceType":"Bundle","type":"batch","entry":[${entry}]}`;
  const isLarge = Buffer.byteLength(body) > MAX_SYNC_BYTES;
  const accepted: OperationOutcome | Bundle = await medplum.post(medplum.fhirUrl(), body, 'application/fhir+json', {
    headers: isLarge ? { Prefer: 'respond-async' } : {},
  });
  // It was small, or the server knows no asynchronous requests and carried it out at once.
  if (accepted.resourceType === 'Bundle') return accepted.entry?.[0];
  const id = /\/job\/([^/]+)\/status/.exec(accepted.issue?.[0]?.diagnostics ?? '')?.[1];
  if (!id) throw new LostReplyError('async-batch-unnamed');
  const { output } = await endOf(medplum, id, signal);
  const reference = output?.parameter?.find(({ name }) => name === 'results')?.valueReference?.reference;
  if (!reference) return undefined;
  const results = await retryRead(() => medplum.download(medplum.fhirUrl(...reference.split('/'))), signal);
  const { entry: entries }: Bundle = JSON.parse(await results.text());
  return entries?.[0];
}

async function endOf(medplum: MedplumClient, id: string, signal?: AbortSignal): Promise<AsyncJob> {
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const job: AsyncJob = await retryRead(() => medplum.get(medplum.fhirUrl('job', id, 'status')), signal);
    if (job.status === 'completed' || job.status === 'error') return job;
    await sleep(POLL_MS, undefined, signal ? { signal } : {});
  }
  throw new LostReplyError('async-batch-unfinished');
}
