import { ConfigError } from '../environment.ts';
import { DISK_FULL, isDiskFull, PermanentError } from '../errors.ts';
import { HeldImport } from '../ingest/guard/held-import.ts';
import { LostReplyError } from '../medplum/client/lost-reply-error.ts';

const GO_ON = 'run the same command again, it goes on where it stopped';

/** One line, and nothing that a source may have said: only our own errors speak for themselves. */
export function describeError(error: unknown): string {
  if (error instanceof ConfigError) return error.message.replace(/\n\s*/g, ' ');
  if (error instanceof HeldImport) return `held: ${error.message}`;
  if (error instanceof PermanentError) return `${error.code}: ${error.message}`;
  if (error instanceof LostReplyError) {
    return `medplum-unreachable: the server stopped answering (${error.code}); ${GO_ON}`;
  }
  if (isDiskFull(error)) return `${DISK_FULL}: no room is left for the files of this command; make room, then ${GO_ON}`;
  return `unexpected: ${where(error)}; ${GO_ON}`;
}

/** Name and place of a foreign error: its message may quote the record. */
function where(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = error.stack?.split('\n').find((line) => /^\s+at .*\/bridge\//.test(line));
  return `${error.name} ${frame?.trim() ?? ''}`;
}
