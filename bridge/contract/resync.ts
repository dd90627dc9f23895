import type { Consent } from '@medplum/fhirtypes';
import { z } from 'zod';
import { RESYNC_EXTENSION } from './identifiers.ts';

/** How often a connection is exported again by itself. */
export const RESYNC_SCHEDULES = ['off', 'daily', 'weekly', 'monthly'] as const;

export type ResyncSchedule = (typeof RESYNC_SCHEDULES)[number];

/** The body of `PATCH connections/:patientId/:connectionId`; the answer is a ConnectionList. */
export const changeConnectionSchema = z.strictObject({ resync: z.enum(RESYNC_SCHEDULES) });

/** Reads the schedule that a connection's Consent keeps; `off` when it says none. */
export function resyncOf({ extension }: Consent): ResyncSchedule {
  const code = extension?.find(({ url }) => url === RESYNC_EXTENSION)?.valueCode;
  return RESYNC_SCHEDULES.find((schedule) => schedule === code) ?? 'off';
}

/** The Consent with this schedule. */
export function withResync<T extends Consent>(consent: T, schedule: ResyncSchedule): T {
  const others = consent.extension?.filter(({ url }) => url !== RESYNC_EXTENSION) ?? [];
  return { ...consent, extension: [...others, { url: RESYNC_EXTENSION, valueCode: schedule }] };
}
