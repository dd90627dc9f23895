/** Why a line cannot be loaded: it is set aside (quarantined), kept and named, and waits for a person. */
export const QUARANTINE_CODES = [
  'fhir-dstu2',
  'fhir-r5',
  'fhir-stu3',
  'invalid-base64',
  'invalid-resource',
  'nested-too-deeply',
  'no-id',
  'not-a-resource',
  'not-json',
  'refused-by-server',
  'too-large',
  'unknown-resource-type',
] as const;

/** Why a line is left out by a written policy (skipped). */
export const SKIP_CODES = [
  'acts-in-server',
  'bundle-unwrapped',
  'deleted-here',
  'edited-here',
  'empty-document',
  'entry-without-resource',
  'older-than-stored',
  'operation-outcome',
] as const;

/** Why a line is not loaded. A closed list, so that the words for it and the dirty persona of the sandbox can be held against it. */
export type LineCode = (typeof QUARANTINE_CODES)[number] | (typeof SKIP_CODES)[number];
