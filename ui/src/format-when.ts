/** FHIR dates are as exact as the source was: a year stays a year, a day has no time of day and no zone. */
const year = new Intl.DateTimeFormat(undefined, { year: 'numeric', timeZone: 'UTC' });
const month = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', timeZone: 'UTC' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const localDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const localTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/**
 * A FHIR date, dateTime or instant as the reader's locale writes it, as a day.
 *
 * @returns An empty text for what is no date.
 */
export function formatWhen(when: string | undefined): string {
  return format(when, localDay);
}

/** The same with the time of day, where the source tells one. */
export function formatMoment(when: string | undefined): string {
  return format(when, localTime);
}

function format(when: string | undefined, exact: Intl.DateTimeFormat): string {
  const time = Date.parse(when ?? '');
  if (when === undefined || Number.isNaN(time)) return '';
  if (/^\d{4}$/.test(when)) return year.format(time);
  if (/^\d{4}-\d\d$/.test(when)) return month.format(time);
  return (/^\d{4}-\d\d-\d\d$/.test(when) ? day : exact).format(time);
}
