/**
 * A request was sent and no usable reply came back (connection cut, time-out, 5xx): the server may have done it, may be
 * doing it, or may never have seen it. Reads may be repeated; a write must be settled first (see ingest/write/lane.ts).
 */
export class LostReplyError extends Error {
  /** A network code (`ECONNRESET`, `UND_ERR_HEADERS_TIMEOUT`) or `http-<status>`. */
  readonly code: string;

  constructor(code: string, cause?: unknown) {
    super(`the reply was lost (${code})`, { cause });
    this.name = 'LostReplyError';
    this.code = code;
  }
}
