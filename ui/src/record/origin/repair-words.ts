/** What each rule of repair did, to somebody who does not know FHIR. Names: bridge/ingest/repair. */
const RULES: Readonly<Record<string, string>> = {
  'array-unwrapped': 'a list of one was taken as the one value',
  'blanks-collapsed': 'repeated blanks became one',
  'blanks-encoded': 'blanks in an address were encoded',
  'blanks-trimmed': 'blanks around the value were taken away',
  'control-characters-removed': 'invisible control characters were removed',
  'date-punctuated': 'the date was written as FHIR writes dates',
  'empty-string-removed': 'an empty text was removed',
  'empty-value-removed': 'an empty value was removed',
  'invalid-value-to-extension': 'a value that FHIR does not allow was moved aside, as it was sent',
  'missing-marked-absent': 'a required value that was not sent is marked as missing',
  'narrative-without-div-removed': 'a summary without text was removed',
  'null-removed': 'a null was removed',
  'single-value-wrapped': 'a single value was put into a list',
  'status-case-normalised': 'upper and lower case of a status were put right',
  'string-as-boolean': 'a text was read as yes or no',
  'string-as-number': 'a text was read as a number',
  'time-cut-from-date': 'a time of day was cut from a date',
  'time-without-seconds-reduced': 'a time without seconds was reduced to its day',
  'unknown-property-to-extension': 'something that FHIR does not know was moved aside, as it was sent',
  'whitespace-removed': 'blanks within the value were removed',
};

/** @returns The rule's own name when it is not known here. */
export function describeRepair(rule: string): string {
  return RULES[rule] ?? rule;
}
