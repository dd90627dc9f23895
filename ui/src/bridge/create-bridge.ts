import { isOperationOutcome, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { z } from 'zod';
import { readServerEvents, type ServerEvent } from './read-server-events.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** The bridge's API, called as whoever is signed in. Refusals are OperationOutcomeErrors, as Medplum's are. */
export interface Bridge {
  /** @param path - Below the prefix of the API. */
  ask<T extends z.ZodType>(method: Method, path: string, shape: T, body?: unknown): Promise<z.output<T>>;
  /** The answer as it is: a line of an export need not be JSON, nor text. */
  readText(path: string): Promise<string>;
  /** Server-sent events until the server ends them; `EventSource` could not say who asks. */
  follow(path: string, signal: AbortSignal): AsyncGenerator<ServerEvent>;
}

/**
 * Calls with the token of `medplum`, renewed when it has run out. `ask` rejects with a ZodError when an answer has another
 * shape than was said.
 *
 * @param apiPrefix - Path of the API on the origin of this page.
 */
export function createBridge(medplum: MedplumClient, apiPrefix: string): Bridge {
  async function send(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    await medplum.refreshIfExpired();
    const response = await fetch(`${apiPrefix}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${medplum.getAccessToken()}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    if (!response.ok) throw new OperationOutcomeError(await readOutcome(response));
    return response;
  }
  return {
    ask: async (method, path, shape, body) => shape.parse(await (await send(method, path, body)).json()),
    readText: async (path) => (await send('GET', path)).text(),
    async *follow(path, signal) {
      const { body } = await send('GET', path, undefined, signal);
      if (body) yield* readServerEvents(body);
    },
  };
}

/** A proxy in front of the bridge answers in its own words, which say nothing to a reader. */
async function readOutcome(response: Response): Promise<OperationOutcome> {
  const body: unknown = await response.json().catch(() => undefined);
  if (isOperationOutcome(body)) return body;
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'transient' }] };
}
