/**
 * Every rule by which a line is made one that the server takes: a closed list, so that the record of repairs, the words for it and
 * the dirty persona of the sandbox can be held against it.
 */
export const REPAIR_RULES = [
  'array-unwrapped',
  'base64url-to-base64',
  'blanks-collapsed',
  'blanks-encoded',
  'blanks-trimmed',
  'boolean-as-string',
  'control-characters-removed',
  'date-punctuated',
  'empty-string-removed',
  'empty-value-removed',
  'invalid-value-to-extension',
  'long-text-to-document',
  'missing-marked-absent',
  'narrative-without-div-removed',
  'null-removed',
  'number-as-string',
  'profile-parked',
  'single-value-wrapped',
  'status-case-normalised',
  'string-as-boolean',
  'string-as-number',
  'time-cut-from-date',
  'time-without-seconds-reduced',
  'unknown-property-to-extension',
  'whitespace-removed',
] as const;

export type RepairRule = (typeof REPAIR_RULES)[number];
