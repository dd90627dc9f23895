import type { Fact } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';

/** One kind of event of a record, newest first, as far as it was read. */
export interface Strand {
  readonly search: FactSearch;
  readonly facts: readonly Fact[];
  /** Whether the server has older ones. */
  readonly hasMore: boolean;
}

export interface MergedStrands {
  /** Of all strands, newest first, back to where one of them was not read further. */
  readonly shown: readonly Fact[];
  /** What happened at no known time; told only when everything was read. */
  readonly undated: readonly Fact[];
  /** The strands to read next to get further back; none when everything was read. */
  readonly next: readonly FactSearch[];
}

/**
 * Puts strands that are read page by page into one order: an event is shown once nothing newer can turn up any more.
 */
export function mergeStrands(strands: readonly Strand[]): MergedStrands {
  const timed = strands.map(({ search, facts, hasMore }) => ({ search, hasMore, events: facts.map(timedEvent) }));
  const open = timed
    .filter(({ hasMore }) => hasMore)
    .map(({ search, events }) => ({ search, readBackTo: readBackTo(events) }));
  const boundary = Math.max(Number.NEGATIVE_INFINITY, ...open.map((strand) => strand.readBackTo));
  const all = timed.flatMap(({ events }) => events);
  const shown = all.filter(({ time }) => time >= boundary).toSorted((a, b) => b.time - a.time);
  const undated = open.length > 0 ? [] : all.filter(({ time }) => Number.isNaN(time));
  return {
    shown: shown.map(({ fact }) => fact),
    undated: undated.map(({ fact }) => fact),
    next: open.filter((strand) => strand.readBackTo === boundary).map(({ search }) => search),
  };
}

/** With its time, which is read once: a long record is sorted anew with each page. */
interface TimedEvent {
  readonly fact: Fact;
  /** As `timeOfEvent` gives it. */
  readonly time: number;
}

function timedEvent(fact: Fact): TimedEvent {
  return { fact, time: timeOfEvent(fact) };
}

/** A strand of which nothing has a date says nothing about what is behind. */
function readBackTo(events: readonly TimedEvent[]): number {
  const times = events.map(({ time }) => time).filter((time) => !Number.isNaN(time));
  return times.reduce((oldest, time) => Math.min(oldest, time), Number.POSITIVE_INFINITY);
}

/** Milliseconds by the element that the strand's search sorts by; NaN when it is not told. */
export function timeOfEvent(fact: Fact): number {
  return Date.parse(dateOfEvent(fact) ?? '');
}

function dateOfEvent(fact: Fact): string | undefined {
  switch (fact.resourceType) {
    case 'Encounter':
      return fact.period?.start;
    case 'Condition':
    case 'AllergyIntolerance':
      return fact.recordedDate;
    case 'Procedure':
      return fact.performedDateTime ?? fact.performedPeriod?.start;
    case 'Immunization':
      return fact.occurrenceDateTime;
    case 'DiagnosticReport':
      return fact.effectiveDateTime ?? fact.effectivePeriod?.start;
    case 'MedicationRequest':
      return fact.authoredOn;
    case 'DocumentReference':
      return fact.date;
    default:
      return undefined;
  }
}
