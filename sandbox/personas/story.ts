import type { NoteName, ProcedureName, VisitName } from '../generator/codes/care.ts';
import type { AllergyName, DrugName } from '../generator/codes/drugs.ts';
import type { MeasurementName } from '../generator/codes/measurements.ts';
import type { OrderName } from '../generator/codes/panels.ts';
import type { ProblemName } from '../generator/codes/problems.ts';
import type { VaccineName } from '../generator/codes/vaccines.ts';
import type { Demographics } from '../generator/make-record.ts';

/** YYYY-MM-DD */
export type Day = string;

/** How a measurement went: values at days, joined by straight lines; it stays before the first and behind the last. */
export type Course = readonly (readonly [day: Day, value: number])[];

/** One meeting with those who treat a person, and what was done there. */
export interface Visit {
  readonly on: Day;
  readonly kind: VisitName;
  /** Of an inpatient stay; blood is drawn anew each morning. */
  readonly days?: number;
  readonly reasons?: readonly ProblemName[];
  /** Blood pressure, heart rate, temperature, weight and so on were taken. */
  readonly vitals?: boolean;
  /** Read off at the visit beside them. */
  readonly also?: readonly MeasurementName[];
  readonly orders?: readonly OrderName[];
  readonly procedures?: readonly ProcedureName[];
  readonly vaccines?: readonly VaccineName[];
  readonly note?: readonly [NoteName, string];
}

export interface Prescription {
  readonly drug: DrugName;
  readonly from: Day;
  /** When it was stopped; absent while it is taken. */
  readonly to?: Day;
  readonly text: string;
  /** Written anew every so many months. */
  readonly renewedMonths?: number;
  readonly for?: ProblemName;
}

/** What happened to a person, before any health system has told of it. */
export interface Story {
  /** What is left to chance is fixed by it. */
  readonly seed: number;
  readonly person: Demographics;
  readonly problems: readonly { readonly name: ProblemName; readonly from: Day; readonly to?: Day }[];
  /** `none`: it was asked and denied. */
  readonly allergies:
    | readonly { readonly name: AllergyName; readonly noted: Day; readonly isSevere?: boolean }[]
    | 'none';
  readonly prescriptions: readonly Prescription[];
  /** In order of time. */
  readonly visits: readonly Visit[];
  readonly courses: Partial<Readonly<Record<MeasurementName, Course>>>;
  readonly smoking?: 'never' | 'former';
  readonly bloodGroup?: 'A' | 'O';
  readonly goal?: string;
  /** Who speaks for a child. */
  readonly parent?: { readonly given: string; readonly family: string; readonly relation: 'MTH' | 'FTH' };
}

/** The same visit every so many days, the first on `from`, none behind `until`. */
export function every(days: number, from: Day, until: Day, visit: Omit<Visit, 'on'>): Visit[] {
  const visits: Visit[] = [];
  for (let on = from; on <= until; on = addDays(on, days)) visits.push({ ...visit, on });
  return visits;
}

/** Visits of several kinds, put in order of time. */
export function inOrder(...visits: readonly (Visit | readonly Visit[])[]): Visit[] {
  return visits.flat().toSorted((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
}

export function addDays(day: Day, days: number): Day {
  return new Date(Date.parse(day) + days * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
}
