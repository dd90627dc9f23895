/**
 * Fasten refused, failed or could not be reached. `code` is `fasten-<status>` or a short constant; `status` the HTTP
 * status when there was one. Fasten's own words stay out: they may quote what we sent.
 */
export class FastenError extends Error {
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, message: string, status?: number, cause?: unknown) {
    super(message, { cause });
    this.name = 'FastenError';
    this.code = code;
    this.status = status;
  }
}
