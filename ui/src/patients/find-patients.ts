import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import type { PageOf } from '../lists/use-pages.ts';
import { findSources, type PatientSources } from '../sources/find-sources.ts';

export const PAGE_SIZE = 20;

/** A chart of the list, and what is known of where its records come from. */
export interface ListedPatient {
  readonly patient: WithId<Patient>;
  readonly sources: PatientSources | undefined;
}

/**
 * Finds charts by the beginning of a name, or by a birth date (`1980-05-17`, `1980-05`, `1980`). The sources' own copies of
 * a Patient are inactive and left out: what they say is in the chart that they belong to.
 *
 * @param page - From 0. The newest change comes first.
 */
export async function findPatients(medplum: MedplumClient, text: string, page: number): Promise<PageOf<ListedPatient>> {
  const query = [
    ['active:not', 'false'],
    ...conditionsFor(text.trim()),
    ['_sort', '-_lastUpdated'],
    ['_count', `${PAGE_SIZE}`],
    ['_offset', `${page * PAGE_SIZE}`],
    ['_total', 'accurate'],
  ];
  const bundle = await medplum.search('Patient', query, { cache: 'reload' });
  const patients = bundle.entry?.flatMap(({ resource }) => resource ?? []) ?? [];
  const sources = await findSources(medplum, patients);
  const rows = patients.map((patient) => ({ patient, sources: sources.get(patient.id) }));
  return { rows, total: bundle.total ?? rows.length };
}

/** Medplum takes whole days only: a year or a month is asked for by its first and its last. */
function conditionsFor(wanted: string): string[][] {
  const [date, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(wanted) ?? [];
  if (date === undefined) return wanted === '' ? [] : [['name', wanted]];
  if (day !== undefined) return [['birthdate', date]];
  const last = month === undefined ? `${year}-12-31` : lastDayOf(Number(year), Number(month));
  return [
    ['birthdate', `ge${year}-${month ?? '01'}-01`],
    ['birthdate', `le${last}`],
  ];
}

/** @param month - From 1. */
function lastDayOf(year: number, month: number): string {
  return new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
}
