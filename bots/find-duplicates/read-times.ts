/** When something was, as exactly as a source says: from and to (milliseconds since 1970, `to` not included). */
export interface When {
  readonly from: number;
  readonly to: number;
  /** As it is written, when at least a day is: YYYY-MM-DD. */
  readonly day: string | undefined;
  /** Whether the time of day is known. */
  readonly isExact: boolean;
}

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;

const PARTS = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(T.*)?$/;

/** Undefined for what is no FHIR date, dateTime or instant. */
export function readWhen(text: string | undefined): When | undefined {
  const [, year, month, day, time] = PARTS.exec(text ?? '') ?? [];
  if (year === undefined) return undefined;
  if (time !== undefined) {
    const at = Date.parse(text ?? '');
    return Number.isNaN(at) ? undefined : { from: at, to: at, day: text?.slice(0, 10), isExact: true };
  }
  const from = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1));
  if (day !== undefined) return { from, to: from + DAY_MS, day: text?.slice(0, 10), isExact: false };
  const to = month === undefined ? Date.UTC(Number(year) + 1, 0) : Date.UTC(Number(year), Number(month));
  return { from, to, day: undefined, isExact: false };
}

/** Milliseconds between the end of one and the beginning of the other; 0 when they can be at the same time. */
export function gapMs(one: When, other: When): number {
  return Math.max(0, one.from - other.to, other.from - one.to);
}

/**
 * Whether two are of one day. The day counts as it was written; a time of day in another zone may lie on the next one, so that
 * the day in UTC will do as well.
 */
export function isSameDay(one: When, other: When): boolean {
  if (one.day === undefined || other.day === undefined) return false;
  return (
    one.day === other.day || (one.isExact && utcDay(one) === other.day) || (other.isExact && utcDay(other) === one.day)
  );
}

/** A span of days around it as conditions of a FHIR search by `param`, the days before and after included. */
export function around(param: string, { from, to }: When, days: number): [string, string][] {
  const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return [
    [param, `ge${dayOf(from - days * DAY_MS)}`],
    // A day is compared as its midnight.
    [param, `lt${dayOf(to + (days + 1) * DAY_MS)}`],
  ];
}

function utcDay({ from }: When): string {
  return new Date(from).toISOString().slice(0, 10);
}
