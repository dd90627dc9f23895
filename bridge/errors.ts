/** What a fault may carry besides its code: `cause` stays in this process, it is never logged nor kept. */
export interface FaultOptions {
  readonly cause?: unknown;
}

/**
 * A fault that trying again cannot cure. The queue gives the job up at once; every other error is retried.
 *
 * `code` is a short constant (`export-not-found`), `message` one sentence for an operator. Both are logged and kept on
 * the failed job, so neither may hold a name, a source id or a line of somebody's record.
 */
export class PermanentError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options: FaultOptions = {}) {
    super(message, options);
    this.name = 'PermanentError';
    this.code = code;
  }
}

/**
 * A refusal for whoever called our API, answered as an OperationOutcome: `status` is the HTTP status, `issueCode` FHIR's
 * IssueType (http://hl7.org/fhir/R4/valueset-issue-type.html), `message` the text the caller reads.
 */
export class HttpError extends Error {
  readonly status: number;
  readonly issueCode: string;

  constructor(status: number, issueCode: string, message: string, options: FaultOptions = {}) {
    super(message, options);
    this.name = 'HttpError';
    this.status = status;
    this.issueCode = issueCode;
  }
}

/** What a full disk is called in a job's fault and by a command. */
export const DISK_FULL = 'disk-full';

/** No space, no quota, or larger than a file may be (errno(3)). */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(String(error.code));
}
