import type { RepairRule } from './repair-rules.ts';

/** A date in a form that the server takes. */
export interface RepairedDate {
  readonly text: string;
  readonly rule: RepairRule;
  readonly isReduced: boolean;
}

const DAY = String.raw`(\d{4}-\d{2}-\d{2})`;
const ZONE = String.raw`\s*([Zz]|[+-]\d{2}:?\d{2})?`;
const FULL = new RegExp(String.raw`^${DAY}(?:[Tt]|\s+)(\d{2}:\d{2}:\d{2}(?:\.\d+)?)${ZONE}$`);
const NO_SECONDS = new RegExp(String.raw`^${DAY}(?:[Tt]|\s+)\d{1,2}:\d{2}${ZONE}$`);

/**
 * Reads what is certain in a date that the server refuses: a year that stands first, then month and day. Nothing is added:
 * a time without seconds has no form in FHIR (https://hl7.org/fhir/R4/datatypes.html#dateTime), so its day is what is left.
 */
export function repairDate(type: string, text: string): RepairedDate | undefined {
  const [, day = '', time = '', zone = ''] = FULL.exec(text) ?? [];
  if (day && (type === 'dateTime' || type === 'instant'))
    return { text: `${day}T${time}${punctuate(zone)}`, rule: 'date-punctuated', isReduced: false };
  if (day && type === 'date') return { text: day, rule: 'time-cut-from-date', isReduced: true };
  const [, onlyDay] = NO_SECONDS.exec(text) ?? [];
  if (onlyDay && (type === 'dateTime' || type === 'date'))
    return { text: onlyDay, rule: 'time-without-seconds-reduced', isReduced: true };
  return undefined;
}

/** `+0100` is `+01:00`, `z` is `Z`. */
function punctuate(zone: string): string {
  return zone.toUpperCase().replace(/^([+-]\d{2}):?(\d{2})$/, '$1:$2');
}
