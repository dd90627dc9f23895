/** Numbers and dates as the reader's own locale writes them. */
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function formatCount(count: number): string {
  return count.toLocaleString();
}

/** @param instant - A FHIR instant or dateTime; anything else gives an empty text. */
export function formatTime(instant: string | undefined): string {
  const time = Date.parse(instant ?? '');
  return Number.isNaN(time) ? '' : dateTime.format(time);
}

/** The day of a FHIR instant or dateTime, where the reader is; anything else gives an empty text. */
export function formatDay(instant: string | undefined): string {
  const time = Date.parse(instant ?? '');
  return Number.isNaN(time) ? '' : day.format(time);
}

/** In the largest decimal unit that keeps a number above 1, such as `3.4 MB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const options = { style: 'unit', unit: UNITS[power] ?? 'byte', maximumFractionDigits: power === 0 ? 0 : 1 } as const;
  return new Intl.NumberFormat(undefined, options).format(bytes / 1000 ** power);
}

/** Roughly: seconds under a minute, then minutes, then hours. */
export function formatDuration(seconds: number): string {
  const [value, unit] =
    seconds < 60 ? [seconds, 'second'] : seconds < 5400 ? [seconds / 60, 'minute'] : [seconds / 3600, 'hour'];
  const options = { style: 'unit', unit, unitDisplay: 'long', maximumFractionDigits: 0 } as const;
  return new Intl.NumberFormat(undefined, options).format(Math.ceil(value));
}
