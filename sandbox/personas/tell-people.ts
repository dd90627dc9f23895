import type {
  CareTeam,
  Location,
  Organization,
  Patient,
  Person,
  Practitioner,
  RelatedPerson,
  Resource,
} from '@medplum/fhirtypes';
import { NPI } from '../generator/codes/systems.ts';
import { coded, refer, type Telling, toPatient } from './telling.ts';

/** A health system, as it calls itself. */
export interface Site {
  readonly name: string;
  readonly city: string;
  readonly doctors: readonly (readonly [given: string, family: string])[];
}

/** The person, those who treat them, and where. */
export function tellPeople(telling: Telling, site: Site): Resource[] {
  return [
    tellPatient(telling, site),
    ...tellFamily(telling),
    ...site.doctors.map(([given, family], index) => tellDoctor(telling, given, family, index)),
    tellOrganization(telling, site),
    tellLocation(site),
    tellTeam(telling),
  ];
}

function tellPatient(telling: Telling, { city }: Site): Patient {
  const { given, family, birthDate, gender } = telling.story.person;
  const random = telling.random('patient');
  return {
    resourceType: 'Patient',
    id: 'person',
    identifier: [
      {
        use: 'usual',
        type: coded('v2-0203', 'MR'),
        system: 'urn:oid:2.16.840.1.113883.3.0.1',
        value: digits(random, 8),
      },
    ],
    active: true,
    name: [{ use: 'official', text: `${given} ${family}`, family, given: [given] }],
    telecom: [{ system: 'phone', value: `555-01${random.int(10, 99)}`, use: 'home' }],
    gender,
    birthDate,
    address: [{ use: 'home', line: [`${random.int(10, 990)} Spruce Street`], city, state: 'WI', country: 'US' }],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'en' }] }, preferred: true }],
    generalPractitioner: [refer('Practitioner', 'doctor-0')],
    managingOrganization: refer('Organization', 'site'),
  };
}

/** A child's parent, who signed in for it: related to the child, and the same person as nobody's Patient. */
function tellFamily(telling: Telling): (RelatedPerson | Person)[] {
  const { parent, person } = telling.story;
  if (!parent) return [];
  const name = [{ text: `${parent.given} ${parent.family}`, family: parent.family, given: [parent.given] }];
  return [
    {
      resourceType: 'RelatedPerson',
      id: 'parent',
      active: true,
      patient: refer('Patient', 'person', `${person.given} ${person.family}`),
      relationship: [coded('v3-RoleCode', parent.relation)],
      name,
      telecom: [{ system: 'phone', value: '555-0142', use: 'mobile' }],
    },
    {
      resourceType: 'Person',
      id: 'parent-person',
      name,
      link: [{ target: refer('RelatedPerson', 'parent'), assurance: 'level3' }],
    },
  ];
}

function tellDoctor(telling: Telling, given: string, family: string, index: number): Practitioner {
  return {
    resourceType: 'Practitioner',
    id: `doctor-${index}`,
    identifier: [{ system: NPI, value: `1${digits(telling.random(`npi-${family}`), 9)}` }],
    active: true,
    name: [{ use: 'usual', text: `${given} ${family}, MD`, family, given: [given], suffix: ['MD'] }],
  };
}

function tellOrganization(telling: Telling, { name, city }: Site): Organization {
  return {
    resourceType: 'Organization',
    id: 'site',
    identifier: [{ system: NPI, value: `1${digits(telling.random(`npi-${name}`), 9)}` }],
    active: true,
    name,
    address: [{ city, state: 'WI', country: 'US' }],
  };
}

function tellLocation({ name }: Site): Location {
  return {
    resourceType: 'Location',
    id: 'ward',
    status: 'active',
    name: `${name}, main building`,
    managingOrganization: refer('Organization', 'site'),
  };
}

function tellTeam(telling: Telling): CareTeam {
  return {
    resourceType: 'CareTeam',
    id: 'team',
    status: 'active',
    subject: toPatient(telling),
    participant: [{ member: refer('Practitioner', 'doctor-0') }, { member: refer('Practitioner', 'doctor-1') }],
    managingOrganization: [refer('Organization', 'site')],
  };
}

function digits(random: { int(min: number, max: number): number }, count: number): string {
  return Array.from({ length: count }, () => random.int(0, 9)).join('');
}
