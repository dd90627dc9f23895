import { DISK_FULL, isDiskFull, PermanentError } from '../errors.ts';

/** What may be kept of a fault: a code, whether trying again can help, and a sentence only where we wrote it ourselves. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly permanent: boolean;
}

const CODE = /^[\w.-]{1,64}$/;

/**
 * Reduces an error to what may leave the job. Messages, stacks and causes of foreign errors may quote a line of a record
 * (`JSON.parse` does), so only a short code survives: the error's own, else the name of its class.
 *
 * @param error - Whatever a handler threw.
 * @returns The fault; safe to log and to keep in Redis.
 */
export function describeFault(error: unknown): Fault {
  if (error instanceof PermanentError) {
    return { code: error.code, message: error.message, permanent: true };
  }
  if (isDiskFull(error)) {
    return {
      code: DISK_FULL,
      message: 'no room is left on the disk of the worker; make room, then try again',
      permanent: false,
    };
  }
  const code = codeOf(error);
  return { code, message: code, permanent: false };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return 'unknown';
  }
  const candidates = ['code' in error ? error.code : undefined, error.name, 'unknown'];
  return candidates.find((code): code is string => typeof code === 'string' && CODE.test(code)) ?? 'unknown';
}
