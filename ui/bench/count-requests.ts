import type { Page } from 'playwright-core';

export interface RequestFigures {
  readonly requests: number;
  /** Resources in the largest answer of Medplum. */
  readonly mostEntries: number;
}

/** Counts what the page asks of Medplum and the bridge while something is done with it. */
export async function countRequests(page: Page, work: () => Promise<void>): Promise<RequestFigures> {
  const counts: Promise<number>[] = [];
  const count = (response: { url(): string; json(): Promise<unknown> }): void => {
    if (/\/fhir\/R4|\/api\//.test(response.url())) counts.push(entriesOf(response));
  };
  page.on('response', count);
  try {
    await work();
  } finally {
    page.off('response', count);
  }
  const entries = await Promise.all(counts);
  return { requests: entries.length, mostEntries: Math.max(0, ...entries) };
}

async function entriesOf(response: { json(): Promise<unknown> }): Promise<number> {
  // A stream, an empty answer and one that the page no longer wants have none.
  const body = (await response.json().catch(() => undefined)) as Answer | undefined;
  const within = body?.entry?.map(({ resource }) => resource?.entry?.length ?? 0) ?? [];
  return Math.max(body?.entry?.length ?? 0, ...within);
}

/** A Bundle; that of a batch of searches has Bundles in it. */
interface Answer {
  readonly entry?: readonly { readonly resource?: { readonly entry?: readonly unknown[] } }[];
}
