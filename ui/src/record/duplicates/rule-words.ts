/** Why each rule takes two records for the same, to somebody who does not know FHIR. Names: bots/find-duplicates, docs/bots.md. */
const RULES: Readonly<Record<string, string>> = {
  'allergy-same-code': 'the same substance by its code',
  'allergy-same-name': 'a substance of the same name',
  'condition-same-code': 'the same diagnosis by its code, at the same time',
  'condition-same-lasting': 'the same lasting condition',
  'condition-same-name': 'a diagnosis of the same name, at the same time',
  'immunization-same-code': 'the same vaccine on the same day',
  'immunization-same-group': 'a vaccine against the same on the same day',
  'immunization-same-name': 'a vaccine of the same name on the same day',
  'medication-same-code': 'the same medicine by its code, at the same time',
  'medication-same-ingredient': 'the same ingredient and strength, at the same time',
  'medication-same-name': 'a medicine of the same name and strength, at the same time',
  'procedure-same-code': 'the same procedure by its code, on the same day',
  'procedure-same-name': 'a procedure of the same name on the same day',
  'result-same-code': 'the same measurement, time and value',
  'result-same-name': 'a measurement of the same name, time and value',
  'person-same-identifier': 'an identifier in common',
  'person-same-traits': 'the same name, birth date and more in common',
  'person-confirmed': 'a person said that they are the same',
};

/** @returns The rule's own name when it is not known here. */
export function describeRule(rule: string): string {
  return RULES[rule] ?? rule;
}
