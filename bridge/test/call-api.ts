import type { MedplumClient } from '@medplum/core';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Calls the bridge's API with a caller's token, or with none. Both bodies are JSON. */
export async function callApi(
  url: string,
  caller: MedplumClient | undefined,
  method: string,
  body?: unknown,
): Promise<Answer> {
  const headers = {
    'content-type': 'application/json',
    ...(caller && { authorization: `Bearer ${caller.getAccessToken()}` }),
  };
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
  return { status: response.status, body: await response.json() };
}
