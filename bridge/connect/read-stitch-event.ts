import { type CompleteAttempt, type StitchConnection, stitchConnectionSchema } from '../contract/connection-attempt.ts';

/** The events after which there is a connection. A user who closes the tab sends the first and never the second. */
const CONNECTED = ['patient.connection_success', 'widget.complete'];

/**
 * The connections that Stitch's events tell of, each id once. Entries without an id (accounts found and not authorised) and
 * revoked ones are left out.
 */
export function readStitchEvent(event: CompleteAttempt['event']): StitchConnection[] {
  const connections = [event].flat().flatMap(({ event_type, data }) => (CONNECTED.includes(event_type) ? [data] : []));
  const told = connections.flat().flatMap((entry) => stitchConnectionSchema.safeParse(entry).data ?? []);
  const usable = told.filter(({ org_connection_id, connection_status }) => {
    return org_connection_id !== undefined && connection_status !== 'revoked';
  });
  return [...new Map(usable.map((connection) => [connection.org_connection_id, connection])).values()];
}
