import { z } from 'zod';

/** What became of the wish for a new export of one connection. */
export const SYNC_OUTCOMES = ['requested', 'too-early', 'under-way', 'on-hold', 'not-active'] as const;

/** The answer of `POST sync/:patientId`, one entry for each connection. */
export const syncAnswerSchema = z.object({
  connections: z.array(
    z.object({
      consentId: z.string(),
      orgConnectionId: z.string(),
      outcome: z.enum(SYNC_OUTCOMES),
      /** FHIR instant from which an export would hold anything new; told with `too-early`. */
      availableAt: z.string().optional(),
      /** The same for people. */
      text: z.string(),
    }),
  ),
});

export type SyncOutcome = (typeof SYNC_OUTCOMES)[number];
export type SyncAnswer = z.infer<typeof syncAnswerSchema>;
