/** Numbers and dates as the reader's own locale writes them. */
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export function formatCount(count: number): string {
  return count.toLocaleString();
}

/** @param instant - A FHIR instant or dateTime; anything else gives an empty text. */
export function formatTime(instant: string | undefined): string {
  const time = Date.parse(instant ?? '');
  return Number.isNaN(time) ? '' : dateTime.format(time);
}
