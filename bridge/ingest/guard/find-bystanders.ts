import type { Patient } from '@medplum/fhirtypes';
import { compareDemographics } from '../../contract/demographics/compare-demographics.ts';
import { readPatient, type SpooledExport } from './read-subjects.ts';
import { patientRows, subjectRows } from './subject-rows.ts';

/**
 * Rows of Patients who stand in the export without a clinical line of their own and are not the chart's Patient by name, birth date
 * or sex: the parent whose insurance pays, the mother beside her child. A second copy of the chart's Patient is none.
 */
export async function findBystanders(chart: Patient, spooled: SpooledExport): Promise<ReadonlySet<number>> {
  const subjects = new Set(subjectRows(spooled.index));
  const bystanders = new Set<number>();
  for (const row of patientRows(spooled.index)) {
    const source = subjects.has(row) ? undefined : await readPatient(spooled, row);
    if (source && compareDemographics(chart, source.resource).verdict === 'different') bystanders.add(row);
  }
  return bystanders;
}
