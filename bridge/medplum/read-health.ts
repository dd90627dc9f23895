import { z } from 'zod';

const healthSchema = z.object({ version: z.string().optional() });

/** What a Medplum server says of itself to everybody. */
export interface ServerHealth {
  readonly status: number;
  /** Such as `5.2.13-1a2b3c4`. */
  readonly version: string | undefined;
  /** Its clock, in milliseconds since 1970. */
  readonly clockMs: number | undefined;
}

const PATIENCE_MS = 10_000;

/** Asks `healthcheck`. Rejects when nobody answers. */
export async function readHealth(baseUrl: string): Promise<ServerHealth> {
  const url = new URL('healthcheck', baseUrl.replace(/\/?$/, '/'));
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const parsed = healthSchema.safeParse(await answer.json().catch(() => undefined));
  const clockMs = Date.parse(answer.headers.get('date') ?? '');
  return { status: answer.status, version: parsed.data?.version, clockMs: Number.isNaN(clockMs) ? undefined : clockMs };
}
