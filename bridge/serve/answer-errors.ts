import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { ErrorRequestHandler } from 'express';
import { HttpError } from '../errors.ts';
import { LostReplyError } from '../medplum/client/lost-reply-error.ts';
import type { Log } from '../observe/log.ts';
import { requestIdOf } from './trace-requests.ts';

/**
 * The last handler: turns whatever was thrown into an OperationOutcome. Only our own HttpError speaks to the caller; the
 * message of any other error may quote a record, so it is answered with a bare 500 and logged by its class.
 */
export function answerErrors(log: Log): ErrorRequestHandler {
  return (error: unknown, req, res, next) => {
    if (res.headersSent) {
      next(error);
      return;
    }
    const refusal = toHttpError(error);
    if (refusal.status >= 500) {
      log.error('request.failed', { status: refusal.status, code: codeOf(error) });
    }
    if (refusal.status === 401) {
      res.set('www-authenticate', 'Bearer');
    }
    res
      .status(refusal.status)
      .type('application/fhir+json')
      .send(JSON.stringify(outcomeOf(refusal, requestIdOf(req))));
  };
}

function outcomeOf(refusal: HttpError, requestId: string): OperationOutcome {
  const issue: OperationOutcomeIssue = {
    severity: 'error',
    code: refusal.issueCode as OperationOutcomeIssue['code'],
    details: { text: refusal.message },
    diagnostics: `request ${requestId}`,
  };
  return { resourceType: 'OperationOutcome', issue: [issue] };
}

/** Express and its body parsers throw errors with a status and `expose`; their messages may quote the body. */
function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) {
    return error;
  }
  if (error instanceof LostReplyError) {
    return new HttpError(502, 'transient', 'Medplum did not answer; the call may be repeated');
  }
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  switch (status) {
    case 400:
      return new HttpError(400, 'structure', 'the request cannot be read');
    case 404:
      return new HttpError(404, 'not-found', 'there is nothing at this address');
    case 413:
      return new HttpError(413, 'too-long', 'the body is too large');
    case 415:
      return new HttpError(415, 'not-supported', 'the body is in a form that is not taken');
    default:
      return new HttpError(500, 'exception', 'the bridge failed; its log has the reason under this request id');
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown';
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
