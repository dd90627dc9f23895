import { z } from 'zod';

const medplumId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);
/** Which text of `consent-text.ts` the person has agreed to; the Consent keeps it word for word. */
const consentVersion = z
  .string()
  .regex(/^[\w.-]{1,32}$/)
  .optional();
const opaque = z.string().min(1).max(255);

/** The body of `POST connections/initiate`: connect a health system, or one of the Patient's connections again. */
export const initiateConnectionSchema = z.union([
  z.strictObject({ patientId: medplumId, consentVersion }),
  /** The `consentId` of the connection. */
  z.strictObject({ reconnect: medplumId, consentVersion }),
]);

/** Where the page loads Stitch from: its version is Fasten's to recommend and ours to choose. */
export const stitchSettingsSchema = z.object({ scriptUrl: z.string(), styleUrl: z.string() });

/** What the page hands to Stitch, as the attributes of the same names. None of it says who the patient is. */
export const connectionAttemptSchema = z.object({
  publicId: z.string(),
  externalId: z.string(),
  /** Secret of this one attempt: whoever has it may complete it. */
  externalState: z.string(),
  reconnectOrgConnectionId: z.string().optional(),
  stitch: stitchSettingsSchema,
  /** FHIR instant after which the attempt cannot be completed any more. */
  expiresAt: z.string(),
});

/** One event of Stitch's event bus, parsed; `data` is an array in `widget.complete`, an object else. */
const stitchEvent = z.object({ event_type: z.string().max(64), data: z.unknown().optional() });

/** The body of `POST connections/complete` that follows an `initiate`; the answer is a ConnectionList. */
export const completeAttemptSchema = z.object({
  external_state: opaque,
  event: z.union([stitchEvent, z.array(stitchEvent).max(100)]),
});

/** One connection inside an event. In TEFCA mode an account that is not authorised yet has no id. */
export const stitchConnectionSchema = z.object({
  org_connection_id: opaque.optional().catch(undefined),
  connection_status: opaque.optional().catch(undefined),
  external_id: opaque.optional().catch(undefined),
  external_state: opaque.optional().catch(undefined),
});

export type InitiateConnection = z.infer<typeof initiateConnectionSchema>;
export type StitchSettings = z.infer<typeof stitchSettingsSchema>;
export type ConnectionAttempt = z.infer<typeof connectionAttemptSchema>;
export type CompleteAttempt = z.infer<typeof completeAttemptSchema>;
export type StitchConnection = z.infer<typeof stitchConnectionSchema>;
