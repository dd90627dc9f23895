import type { Location, Organization, Patient, Practitioner } from '@medplum/fhirtypes';
import { FAMILY_NAMES, GIVEN_NAMES } from './codes/names.ts';
import { NPI } from './codes/systems.ts';
import type { PatientRecord } from './make-record.ts';

const CARE_SITES = [
  'General Hospital',
  'Family Medicine',
  'Reference Laboratory',
  'Imaging Center',
  'Health Plan',
] as const;

export function makePatient(record: PatientRecord): Patient {
  const { given, family, birthDate, gender } = record.patient;
  return {
    resourceType: 'Patient',
    id: record.id('Patient', 0),
    identifier: [
      { use: 'usual', system: 'urn:oid:1.2.36.146.595.217.0.1', value: `E${100000 + (record.idSeed % 900000)}` },
    ],
    active: true,
    name: [{ use: 'official', text: `${given} ${family}`, family, given: [given] }],
    telecom: [{ system: 'phone', value: '+1 555 0100', use: 'home' }],
    gender,
    birthDate,
    address: [
      { use: 'home', line: ['134 Spruce Street'], city: 'Madison', state: 'WI', postalCode: '53703', country: 'US' },
    ],
    generalPractitioner: [{ ...record.refer('Practitioner', 0), display: 'Primary care' }],
    managingOrganization: record.refer('Organization', 0, 'versioned'),
  };
}

export function makeOrganization(record: PatientRecord, index: number): Organization {
  const random = record.random('Organization', index);
  return {
    resourceType: 'Organization',
    id: record.id('Organization', index),
    identifier: [{ system: NPI, value: `1${random.int(100000000, 999999999)}` }],
    active: true,
    name: `Northfield ${CARE_SITES[index % CARE_SITES.length]}`,
    // Never sent, as an EHR that names its network without opening it.
    ...(index > 0 ? { partOf: record.dangle('Organization', random) } : {}),
  };
}

export function makeLocation(record: PatientRecord, index: number): Location {
  return {
    resourceType: 'Location',
    id: record.id('Location', index),
    status: 'active',
    name: `Northfield Clinic, Floor ${index + 1}`,
    managingOrganization: record.refer('Organization', index % record.counts.Organization),
  };
}

export function makePractitioner(record: PatientRecord, index: number): Practitioner {
  const random = record.random('Practitioner', index);
  const gender = random.pick(['female', 'male']);
  const [family, given] = [random.pick(FAMILY_NAMES), random.pick(GIVEN_NAMES[gender])];
  return {
    resourceType: 'Practitioner',
    id: record.id('Practitioner', index),
    identifier: [{ system: NPI, value: npiOf(record, index) }],
    active: true,
    name: [{ use: 'usual', text: `${given} ${family}, MD`, family, given: [given], suffix: ['MD'] }],
    gender,
  };
}

/** The NPI of a practitioner, which some references name in place of an id. */
export function npiOf(record: PatientRecord, index: number): string {
  return `1${record.random('Practitioner', index).int(100000000, 999999999)}`;
}
