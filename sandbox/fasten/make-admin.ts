import { randomUUID } from 'node:crypto';
import { access } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { FastenFault } from '../faults/fault-kinds.ts';
import type { Faults } from '../faults/faults.ts';
import { type Chaos, type ChaosChange, calm } from './chaos.ts';
import type { WebhookSender } from './deliver-webhooks.ts';
import type { KeptState } from './keep-state.ts';
import type { Clock } from './make-clock.ts';
import {
  CONNECTION_SPEC,
  type ConnectionSpec,
  makeConnection,
  RECORD_SPEC,
  type RecordSpec,
} from './make-connection.ts';
import type { StorageFault } from './serve-storage.ts';
import type { Delivery, ExportTask, OrgConnection, WebhookSettings } from './state.ts';
import { authorizationRevoked, connectionMade, type WebhookEvent, webhookTest } from './webhook-events.ts';
import { withoutUndefined } from './without-undefined.ts';

export const WEBHOOK_CHANGE = z.strictObject({
  url: z.url().optional(),
  secret: z.string().refine(isSecret, 'no secret of a webhook').optional(),
  connectionEvents: z.boolean().optional(),
  /** After so many events in a row that nobody took, nothing is sent any more; 0: never. */
  disableAfter: z.int().min(0).optional(),
  /** What the button in Fasten's portal does once the endpoint was disabled. */
  enabled: z.literal(true).optional(),
});

function isSecret(text: string): boolean {
  try {
    return Boolean(new Webhook(text));
  } catch {
    return false;
  }
}

/** What a new sign-in changes of a connection. */
export type Reconnection = Partial<Pick<OrgConnection, 'externalId' | 'externalState' | 'consentExpiresAt'>>;

export type WebhookChange = z.infer<typeof WEBHOOK_CHANGE>;

/** What a patient, an EHR or Fasten's portal does in the real world; the same by method and by HTTP. */
export interface FastenAdmin {
  /** A patient authorised a portal. Sends `patient.connection_success` when connection events are on. */
  createConnection(spec: ConnectionSpec): Promise<OrgConnection>;
  /** The patient withdrew, or the refresh token died. Undefined when there is no such connection. */
  revokeConnection(orgConnectionId: string): Promise<OrgConnection | undefined>;
  /** The patient signed in again where a connection had ended; its id stays. Undefined when there is no such connection. */
  reconnectConnection(orgConnectionId: string, change: Reconnection): Promise<OrgConnection | undefined>;
  /**
   * The record behind a connection is another one by now, and a day has passed for its last export: the next one tells the new
   * record. Undefined when there is no such connection.
   */
  changeRecord(orgConnectionId: string, spec: RecordSpec): Promise<OrgConnection | undefined>;
  connections(): readonly OrgConnection[];
  tasks(): readonly ExportTask[];
  webhook(): WebhookSettings;
  setWebhook(change: WebhookChange): Promise<WebhookSettings>;
  deliveries(): readonly Delivery[];
  /** Sends any event, of a known type or not. */
  sendEvent(event: WebhookEvent): Promise<Delivery>;
  /** Sends `webhook.test`. */
  sendTest(): Promise<Delivery>;
  /** Delivers an event once more under its old id. False when there is no such event. */
  redeliver(eventId: string): boolean;
  /** Moves the simulator's clock forward and returns its time in milliseconds since 1970. */
  advanceClock(ms: number): number;
  /** The simulator's time in milliseconds since 1970. */
  nowMs(): number;
  /** How Fasten says what it says. */
  chaos(): Chaos;
  /** Changes how Fasten says what it says; gives all of it. */
  setChaos(change: ChaosChange): Chaos;
  /** Everything is said as documented again. */
  resetChaos(): Chaos;
  /** What goes wrong at a rate. */
  readonly faults: Faults<FastenFault>;
  /** Breaks the next download off after so many bytes, its signed address expired. Resolves when that has happened. */
  cutNextDownload(afterBytes: number): Promise<void>;
}

/** Joins the state, the clock and the sender into the simulator's remote control. */
export function makeAdmin(
  { state, save }: KeptState,
  clock: Clock,
  sender: WebhookSender,
  fault: StorageFault,
  chaos: Chaos,
  faults: Faults<FastenFault>,
): FastenAdmin {
  const announce = async (event: WebhookEvent): Promise<void> => {
    if (state.webhook.connectionEvents) {
      await sender.send(event);
    }
  };
  return {
    async createConnection(input) {
      const connection = makeConnection(CONNECTION_SPEC.parse(input), state.connections);
      if ('file' in connection.source) {
        await access(connection.source.file);
      }
      state.connections.push(connection);
      await save();
      await announce(connectionMade(connection));
      return connection;
    },
    async revokeConnection(orgConnectionId) {
      const connection = state.connections.find((candidate) => candidate.orgConnectionId === orgConnectionId);
      if (connection !== undefined) {
        connection.status = 'revoked';
        await save();
        await announce(authorizationRevoked(connection));
      }
      return connection;
    },
    async reconnectConnection(orgConnectionId, change) {
      const index = state.connections.findIndex((candidate) => candidate.orgConnectionId === orgConnectionId);
      const known = state.connections[index];
      if (known === undefined) return undefined;
      const connection: OrgConnection = { ...known, ...change, requestId: randomUUID(), status: 'authorized' };
      state.connections[index] = connection;
      await save();
      await announce(connectionMade(connection));
      return connection;
    },
    async changeRecord(orgConnectionId, spec) {
      const source = RECORD_SPEC.parse(spec);
      if ('file' in source) await access(source.file);
      const index = state.connections.findIndex((candidate) => candidate.orgConnectionId === orgConnectionId);
      const known = state.connections[index];
      if (known === undefined) return undefined;
      const connection: OrgConnection = { ...known, source, recordSinceMs: clock.now() };
      state.connections[index] = connection;
      await save();
      return connection;
    },
    connections: () => state.connections,
    tasks: () => state.tasks,
    webhook: () => state.webhook,
    async setWebhook({ enabled, ...change }) {
      const { disabledAtMs, failedInARow, ...asked } = { ...state.webhook, ...withoutUndefined(change) };
      const standing = enabled ? {} : withoutUndefined({ disabledAtMs, failedInARow });
      state.webhook = { ...asked, ...standing };
      await save();
      sender.resume();
      return state.webhook;
    },
    deliveries: () => state.deliveries,
    sendEvent: (event) => sender.send(event),
    sendTest: () => sender.send(webhookTest()),
    redeliver: (eventId) => sender.redeliver(eventId),
    advanceClock(ms) {
      clock.advance(ms);
      return clock.now();
    },
    nowMs: () => clock.now(),
    chaos: () => chaos,
    setChaos: (change) => Object.assign(chaos, withoutUndefined(change)),
    resetChaos: () => Object.assign(chaos, calm()),
    faults,
    cutNextDownload: (afterBytes) =>
      new Promise((done) => {
        fault.cut = { afterBytes, done };
      }),
  };
}
