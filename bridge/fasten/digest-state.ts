import { createHash } from 'node:crypto';

/**
 * What is kept of an `external_state`: whoever knows the value itself may complete the attempt, so Redis, Medplum and the
 * log hold its SHA-256 (hex) only.
 */
export function digestState(externalState: string): string {
  return createHash('sha256').update(externalState).digest('hex');
}
