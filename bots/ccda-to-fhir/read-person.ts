import { attribute, below, children, textOf, type XmlElement } from './xml-node.ts';

/** What a document says of the person that it is about; see `compareDemographics` of the contract. */
export interface DocumentPerson {
  readonly name: readonly { readonly family: string; readonly given: readonly string[] }[];
  readonly birthDate?: string | undefined;
  readonly gender?: string | undefined;
}

const GENDERS: Readonly<Record<string, string>> = { M: 'male', F: 'female', UN: 'other' };

/** The first record target: a C-CDA has one. */
export function readPerson(root: XmlElement): DocumentPerson {
  const patient = below(root, 'recordTarget', 'patientRole', 'patient');
  const name = children(patient, 'name').map((each) => ({
    family: children(each, 'family').map(textOf).join(' '),
    given: children(each, 'given').map(textOf),
  }));
  return {
    name,
    birthDate: attribute(below(patient, 'birthTime'), 'value')?.slice(0, 8),
    gender: GENDERS[attribute(below(patient, 'administrativeGenderCode'), 'code') ?? ''],
  };
}

/** Whether a document says anything of whom it is about: a chart that says little is no excuse for that. */
export function isNamed({ name, birthDate }: DocumentPerson): boolean {
  return birthDate !== undefined || name.some(({ family }) => family !== '');
}
