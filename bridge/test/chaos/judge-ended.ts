import { isDeepStrictEqual } from 'node:util';
import { differ, differFrom, notAmong, statusesOf } from './check-invariants.ts';
import type { LivedJourney } from './live-journey.ts';
import type { Outcome, ReadOutcome } from './read-outcome.ts';

/** By this an AuditEvent is known that tells of a load. */
const LOAD = /110107/;

/**
 * What is wrong with a journey whose connection was ended while who knows what was going on. What that was decides how much
 * had come in, so it is not held against one journey but between two: nothing may be there that the same journey would not
 * have had if it was ended when all was loaded. The product stops a load that runs within ten seconds (docs/decisions/0013).
 *
 * @param calm - Undisturbed, and ended when everything was loaded.
 */
export function judgeEnded({ journey, ended }: LivedJourney, read: ReadOutcome, calm: Outcome): string[] {
  const statuses = [...statusesOf(journey), 'cancelled'];
  const others = read.stopped.filter((id) => !ended?.orgConnectionIds.includes(id));
  const ends = (outcome: Outcome) => outcome.audited.filter((one) => !LOAD.test(one));
  return [
    ...read.faults,
    ...notAmong(statuses, read).map((one) => `an import should be ${statuses.join(' or ')}: ${one}`),
    ...others.map(() => 'an import of a connection that goes on was cancelled'),
    ...differ('audited', ends(read), ends(calm)),
    ...(['messages', 'audited'] as const).flatMap((part) => moreThan(part, read[part], calm[part])),
    ...judgeRecords(journey.ended?.erased === true, read, calm),
  ];
}

/** What is left by an erasure is what came in through others, whole. What was revoked keeps what it had, wholly or in part. */
function judgeRecords(isErased: boolean, read: ReadOutcome, calm: Outcome): string[] {
  if (isErased || isDeepStrictEqual(read.imports, calm.imports)) {
    const same = { messages: calm.messages, audited: calm.audited };
    return differFrom({ ...read, ...same }, calm);
  }
  return [
    ...moreThan('records', Object.keys(read.records), Object.keys(calm.records)),
    ...moreThan(
      'imports',
      read.imports.filter((one) => !one.includes('"cancelled"')),
      calm.imports,
    ),
  ];
}

function moreThan(part: string, found: readonly string[], expected: readonly string[]): string[] {
  return differ(part, found, expected).filter((sentence) => sentence.includes('more than'));
}
