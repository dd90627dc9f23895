import { z } from 'zod';

/** Ids and codes; a sentence (which may quote a person) is no code and is left out. */
const code = z
  .string()
  .regex(/^[\w.:-]{1,128}$/)
  .optional()
  .catch(undefined);

/** Stitch events that lead to no connection. Success has `connections/complete`, searches may tell of a person. */
export const REPORTED_EVENTS = [
  'patient.connection_pending',
  'patient.connection_failed',
  'widget.close',
  'widget.complete',
  'widget.config_error',
] as const;

/** The body of `POST connections/events`. Of `data` only what support asks for is taken, all of it made up by Fasten. */
export const stitchReportSchema = z.object({
  event_type: z.enum(REPORTED_EVENTS),
  api_mode: code,
  data: z
    .object({
      request_id: code,
      error: code,
      org_connection_id: code,
      platform_type: code,
      brand_id: code,
      portal_id: code,
      endpoint_id: code,
      external_id: code,
    })
    .optional()
    .catch(undefined),
});

export type StitchReport = z.infer<typeof stitchReportSchema>;
