import { attribute, child, type XmlElement } from './xml-node.ts';

const TIME = /^(\d{4})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2})(?:\.\d+)?)?)?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** An instant or a span, each end as far as it is known. */
export interface Times {
  readonly at?: string;
  readonly start?: string;
  readonly end?: string;
}

/**
 * A FHIR dateTime of an HL7 v3 one, as precise as that: `201208` is a month, not its first day.
 *
 * @param zone - `+hh:mm` of the document, in which a time without one is meant (HL7 v3 data types, TS). Without any the
 *   day is kept only, since FHIR has no times without a zone.
 * @returns Undefined for what is no time.
 */
export function readDateTime(value: string | undefined, zone: string | undefined): string | undefined {
  const [, year, month, day, hour, minute, second = '00', offset] = TIME.exec(value ?? '') ?? [];
  if (!year || Number(year) < 1800 || Number(year) > 2200) return undefined;
  const date = [year, month, day].filter(Boolean).join('-');
  if (Number.isNaN(Date.parse(date)) || (day && new Date(date).getUTCDate() !== Number(day))) return undefined;
  const place = readZone(offset) ?? zone;
  if (!hour || !minute || !place) return date;
  const text = `${date}T${hour}:${minute}:${second}${place}`;
  return Number.isNaN(Date.parse(text)) ? date : text;
}

/** `+hh:mm` of the end of an HL7 v3 time. */
export function readZone(value: string | undefined): string | undefined {
  const [, zone] = /(Z|[+-]\d{2}:?\d{2})$/.exec(value ?? '') ?? [];
  if (!zone || zone === 'Z') return zone;
  return `${zone.slice(0, 3)}:${zone.slice(-2)}`;
}

/** What an `effectiveTime` says. */
export function readTimes(element: XmlElement | undefined, zone: string | undefined): Times {
  const read = (end: XmlElement | undefined) => readDateTime(attribute(end, 'value'), zone);
  const [at, start, end] = [read(element), read(child(element, 'low')), read(child(element, 'high'))];
  return { ...(at && { at }), ...(start && { start }), ...(end && { end }) };
}
