import { compareDemographics } from '@fasten-medplum/bridge/contract/demographics/compare-demographics';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Reference } from '@medplum/fhirtypes';
import type { DocumentPerson } from './read-person.ts';

/**
 * Whether a document is about the person of a chart, as the import asks of the Patients of an export: by the chart's
 * Patient, and by those of its sources, who may be known there by another name.
 *
 * @returns The traits in conflict; none when nothing speaks against it.
 */
export async function findConflicts(
  medplum: MedplumClient,
  patient: Reference<Patient> & { reference: string },
  person: DocumentPerson,
): Promise<readonly string[]> {
  const chart = await medplum.readResource('Patient', patient.reference.slice('Patient/'.length), { cache: 'reload' });
  const { verdict, reasons } = compareDemographics(chart, person);
  if (verdict !== 'different') return [];
  const query = { link: patient.reference, _count: '100' };
  const sources = await medplum.searchResources('Patient', query, { cache: 'reload' });
  const isKnown = sources.some(
    (source) =>
      source.link?.some(({ type, other }) => type === 'replaced-by' && other.reference === patient.reference) &&
      compareDemographics(source, person).verdict === 'same',
  );
  return isKnown ? [] : reasons;
}
