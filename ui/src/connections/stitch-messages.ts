import { z } from 'zod';

/** One event of Stitch's event bus. */
const stitchMessageSchema = z.object({
  event_type: z.string(),
  api_mode: z.string().optional(),
  /** An array in `widget.complete`, an object else; nothing in `widget.close` and `widget.config_error`. */
  data: z.unknown().optional(),
});

export type StitchMessage = z.infer<typeof stitchMessageSchema>;

/**
 * Reads what the element's DOM event carries: `detail.data` is a JSON string (fasten docs, Stitch v4 quickstart).
 *
 * @returns Undefined for anything else.
 */
export function parseStitchMessage(event: Event): StitchMessage | undefined {
  const data: unknown = event instanceof CustomEvent ? event.detail?.data : undefined;
  if (typeof data !== 'string') return undefined;
  try {
    return stitchMessageSchema.safeParse(JSON.parse(data)).data;
  } catch {
    return undefined;
  }
}

/** Whether the event tells of connections, so that it can complete the attempt. */
export function tellsOfConnections({ event_type, data }: StitchMessage): boolean {
  if (event_type === 'patient.connection_success') return true;
  return event_type === 'widget.complete' && Array.isArray(data) && data.length > 0;
}

const FAILURES: Readonly<Record<string, string>> = {
  access_denied: 'You or the health system said no. Nothing was shared.',
  fasten_unauthorized_client: 'This health system does not let us in yet. Tell us, so that we can ask for it.',
  websocket_connection: 'The connection to Fasten broke off. Check your network, then try again.',
  fasten_server_error: 'Fasten has a problem of its own. Try again in a few minutes.',
  unknown_error_during_connect: 'Something went wrong at the health system. Try again in a few minutes.',
};

/** Why a connection failed, in plain words. Never the event's own description: it may quote a person. */
export function explainFailure({ data }: StitchMessage): string {
  const parsed = z.object({ error: z.string() }).safeParse(data);
  return (
    FAILURES[parsed.data?.error ?? ''] ??
    'The health system did not connect. Try again, or choose another way to sign in there.'
  );
}
