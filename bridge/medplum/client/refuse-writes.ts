import type { Bundle } from '@medplum/fhirtypes';
import type { Fetch } from './paced-fetch.ts';

/** Something tried to write where nothing may be written: a fault of ours. */
export class WriteRefusedError extends Error {
  constructor() {
    super('a dry run tried to write');
    this.name = 'WriteRefusedError';
  }
}

/** Wraps `fetch` so that only what reads goes out: GET, the sign-in, and batches of nothing but GETs. */
export function refuseWrites(fetch: Fetch): Fetch {
  return async (url, init) => {
    if (isRead(url, init)) return fetch(url, init);
    throw new WriteRefusedError();
  };
}

function isRead(url: string, init: RequestInit | undefined): boolean {
  const method = init?.method ?? 'GET';
  if (method === 'GET' || /\/oauth2\/token$/.test(new URL(url).pathname)) return true;
  return method === 'POST' && typeof init?.body === 'string' && isBatchOfReads(init.body);
}

function isBatchOfReads(body: string): boolean {
  try {
    const { resourceType, type, entry } = JSON.parse(body) as Partial<Bundle>;
    return (
      resourceType === 'Bundle' && type === 'batch' && entry?.every(({ request }) => request?.method === 'GET') === true
    );
  } catch {
    return false;
  }
}
