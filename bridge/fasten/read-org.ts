import { request } from 'undici';
import { z } from 'zod';

const orgSchema = z.object({ data: z.object({ name: z.string().optional(), status: z.string().optional() }) });

/** What Fasten says of the organisation that a public id belongs to. */
export interface OrgAnswer {
  readonly status: number;
  readonly name: string | undefined;
  /** `active` or `inactive`. */
  readonly orgStatus: string | undefined;
  /** Fasten's clock, in milliseconds since 1970. */
  readonly clockMs: number | undefined;
}

const PATIENCE_MS = 10_000;

/**
 * Asks `GET /bridge/org`, which wants the public id and no secret. Rejects when nobody answers.
 *
 * @param baseUrl - Ends in `/v1`; see normaliseBaseUrl.
 */
export async function readOrg(baseUrl: string, publicId: string): Promise<OrgAnswer> {
  const url = `${baseUrl}/bridge/org?${new URLSearchParams({ public_id: publicId })}`;
  const answer = await request(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const parsed = orgSchema.safeParse(await answer.body.json().catch(() => undefined));
  const clockMs = Date.parse(String(answer.headers.date));
  return {
    status: answer.statusCode,
    name: parsed.data?.data.name,
    orgStatus: parsed.data?.data.status,
    clockMs: Number.isNaN(clockMs) ? undefined : clockMs,
  };
}
