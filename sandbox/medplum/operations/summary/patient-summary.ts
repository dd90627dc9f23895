import { createReference, generateId, LOINC, resolveId, type WithId } from '@medplum/core';
import type { FhirRepository } from '@medplum/fhir-router';
import type { Bundle, Composition, CompositionSection, Patient, Reference, Resource } from '@medplum/fhirtypes';
import type { Definitions } from '../../repository/load-definitions.ts';
import { withoutEmpty } from '../../repository/prepare-resource.ts';
import { patientEverything } from '../patient-everything.ts';
import type { InputDefinition, Inputs } from '../read-inputs.ts';
import { nestedIds, SECTION_CODES, type SectionName, sectionOf } from './choose-section.ts';
import { type Find, TELLINGS, tableOf } from './tell-section.ts';

export const SUMMARY_INPUTS: readonly InputDefinition[] = [
  { name: 'author', type: 'Reference', max: '1' },
  { name: 'authoredOn', type: 'instant', max: '1' },
  { name: 'start', type: 'date', max: '1' },
  { name: 'end', type: 'date', max: '1' },
  { name: '_since', type: 'instant', max: '1' },
];

const TYPES = [
  ...['Account', 'AllergyIntolerance', 'CarePlan', 'ClinicalImpression', 'Coverage', 'Condition'],
  ...['DeviceUseStatement', 'DiagnosticReport', 'Encounter', 'Goal', 'Immunization', 'MedicationRequest'],
  ...['Observation', 'Procedure', 'RelatedPerson', 'ServiceRequest'],
];

/**
 * `Patient/:id/$summary`: an International Patient Summary of the first page of `$everything`, sorted into sections as the
 * real server does (packages/server/src/fhir/operations/patientsummary.ts).
 * @param profile who asks: its author, unless the inputs name another
 */
export async function patientSummary(
  repo: FhirRepository,
  definitions: Definitions,
  patientId: string,
  profile: Reference,
  inputs: Inputs,
): Promise<Bundle> {
  const author = await repo.readReference<Resource>((inputs.author as Reference | undefined) ?? profile);
  const patient = await repo.readReference<Patient>({ reference: `Patient/${patientId}` });
  const { entry = [] } = await patientEverything(repo, definitions, patient, { ...inputs, _type: [...TYPES] });
  const everything = entry.flatMap(({ resource }) => resource ?? []);
  const authored = typeof inputs.authoredOn === 'string' ? inputs.authoredOn : new Date().toISOString();
  const composition = composed(patient, author, everything, authored);
  return withoutEmpty<Bundle>({
    resourceType: 'Bundle',
    type: 'document',
    timestamp: new Date().toISOString(),
    entry: [composition, patient, author, ...everything].map((resource) => ({ resource })),
  });
}

function composed(
  patient: Patient,
  author: Resource,
  everything: readonly WithId<Resource>[],
  date: string,
): Composition {
  const times = everything.flatMap(({ meta }) => meta?.lastUpdated ?? []).sort();
  const [start, end] = [times[0], times.at(-1)];
  return {
    resourceType: 'Composition',
    id: generateId(),
    status: 'final',
    type: { coding: [{ system: LOINC, code: '60591-5', display: 'Patient Summary' }] },
    subject: createReference(patient),
    date,
    author: [createReference(author) as Composition['author'][number]],
    title: 'Medical Summary',
    confidentiality: 'N',
    ...(patient.managingOrganization && { custodian: patient.managingOrganization }),
    ...(start && end && { event: [{ period: { start, end } }] }),
    section: sectionsOf(everything),
  };
}

function sectionsOf(everything: readonly WithId<Resource>[]): CompositionSection[] {
  const nested = nestedIds(everything);
  const find: Find = (reference) => everything.find(({ id }) => id === resolveId(reference));
  const own = everything.filter(({ id }) => !nested.has(id));
  return (Object.keys(SECTION_CODES) as SectionName[]).flatMap((name): CompositionSection[] => {
    const { title, headings, isOptional = false } = TELLINGS[name];
    const resources = own.filter((resource) => sectionOf(resource) === name);
    if (isOptional && resources.length === 0) return [];
    const table = tableOf(headings, resources, find);
    return [
      {
        title,
        code: { coding: [{ system: LOINC, code: SECTION_CODES[name] }] },
        text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${table}</div>` },
        entry: resources.map((resource) => createReference(resource)),
      },
    ];
  });
}
