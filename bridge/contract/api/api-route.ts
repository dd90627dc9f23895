import type { z } from 'zod';

/** One call of the API, for its description and for whoever makes it. */
export interface ApiRoute {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below the prefix; `:name` stands for one segment. */
  readonly path: string;
  readonly summary: string;
  /** Who proves what: a Medplum token, Fasten's signature, or the secret of an attempt in the query. */
  readonly proof: 'token' | 'signature' | 'attempt';
  /** What segments of the path may be, where that is not any id. */
  readonly params?: Readonly<Record<string, z.ZodType>>;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 201 | 202 | 303;
  /** The body of the answer; none for a redirect. */
  readonly answer?: z.ZodType;
  /** The body of a 202 besides: the call may leave work that goes on behind it. */
  readonly accepted?: z.ZodType;
  /** Of the answer; JSON without it. */
  readonly mediaType?: string;
  /** Statuses of refusals besides those of every call. */
  readonly refusals?: readonly number[];
}
