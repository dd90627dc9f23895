import type { Patient } from '@medplum/fhirtypes';
import { z } from 'zod';

/** What a person is recognised by, as text to show; absent or empty where it is not said. */
export const personSchema = z.object({
  names: z.array(z.string()),
  birthDate: z.string().optional(),
  gender: z.string().optional(),
  addresses: z.array(z.string()),
  phones: z.array(z.string()),
});

/** The answer of `GET imports/:taskId/patients`: whose chart it was for, and whom the records are about. */
export const importPatientsSchema = z.object({
  /** Absent when it is not the caller's to see, or the import was for no chart. */
  chart: personSchema.optional(),
  records: z.array(personSchema),
  /** False when only the beginning of a large export was looked through. */
  isComplete: z.boolean(),
});

export type Person = z.infer<typeof personSchema>;
export type ImportPatients = z.infer<typeof importPatientsSchema>;

const MAX_EACH = 5;

/** Reads a Patient that need not be valid FHIR: what is no text is left out. */
export function personFromPatient(patient: Partial<Record<keyof Patient, unknown>>): Person {
  const birthDate = textOf(patient.birthDate);
  const gender = textOf(patient.gender);
  return {
    names: [...new Set(listOf(patient.name).map(nameOf))].filter(Boolean).slice(0, MAX_EACH),
    ...(birthDate && { birthDate }),
    ...(gender && { gender }),
    addresses: listOf(patient.address).map(addressOf).filter(Boolean).slice(0, MAX_EACH),
    phones: listOf(patient.telecom).flatMap(phoneOf).slice(0, MAX_EACH),
  };
}

type Loose = Readonly<Record<string, unknown>>;

function nameOf({ text, prefix, given, family, suffix }: Loose): string {
  const parts = [...textsOf(prefix), ...textsOf(given), textOf(family), ...textsOf(suffix)];
  return textOf(text) ?? parts.filter(Boolean).join(' ');
}

function addressOf({ text, line, city, state, postalCode }: Loose): string {
  return textOf(text) ?? [...textsOf(line), textOf(city), textOf(state), textOf(postalCode)].filter(Boolean).join(', ');
}

function phoneOf({ system, value }: Loose): string[] {
  const text = textOf(value);
  return text !== undefined && system === 'phone' ? [text] : [];
}

function listOf(value: unknown): Loose[] {
  return Array.isArray(value) ? value.filter((each): each is Loose => typeof each === 'object' && each !== null) : [];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.flatMap((each) => textOf(each) ?? []) : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 200) : undefined;
}
