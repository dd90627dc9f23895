import type { Demographics } from '../generator/make-record.ts';

/** A synthetic person that TEFCA's record locator finds in test mode, and the documents that stand for them. */
export interface TefcaPatient extends Demographics {
  readonly email: string;
  /** Values of `fixtures.tefca_ccda`; several may be one person's. */
  readonly fixtures: readonly string[];
}

export const TEFCA_PATIENTS: readonly TefcaPatient[] = [
  {
    email: 'myra.jones@example.test',
    given: 'Myra',
    family: 'Jones',
    birthDate: '1947-05-01',
    gender: 'female',
    fixtures: ['myra-jones.xml', 'myra-jones-v2.xml', 'myra-jones-v7.xml'],
  },
  {
    email: 'lennie.connell@example.test',
    given: 'Lennie',
    family: 'Connell',
    birthDate: '1961-09-15',
    gender: 'male',
    fixtures: ['lennie-connell.xml'],
  },
  {
    email: 'bernice.maxwell@example.test',
    given: 'Bernice',
    family: 'Maxwell',
    birthDate: '1953-03-22',
    gender: 'female',
    fixtures: ['bernice-maxwell.xml'],
  },
];

/** Whom a fixture is about; undefined for a name that Fasten does not publish. */
export function patientOfFixture(fixture: unknown): TefcaPatient | undefined {
  return TEFCA_PATIENTS.find(({ fixtures }) => fixtures.some((name) => name === fixture));
}
