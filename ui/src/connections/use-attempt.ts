import { connectionListSchema } from '@fasten-medplum/bridge/contract/connection';
import { type ConnectionAttempt, connectionAttemptSchema } from '@fasten-medplum/bridge/contract/connection-attempt';
import { CURRENT_CONSENT_TEXT } from '@fasten-medplum/bridge/contract/consent-text';
import { stitchReportSchema } from '@fasten-medplum/bridge/contract/stitch-report';
import { useCallback, useEffect, useState } from 'react';
import { z } from 'zod';
import { useBridge } from '../bridge/use-bridge.ts';
import { explainRefusal } from '../states/explain-refusal.ts';
import { explainFailure, type StitchMessage, tellsOfConnections } from './stitch-messages.ts';

/** How far somebody has come with connecting. */
export interface Attempt {
  /** Undefined until they have agreed to the text. */
  readonly attempt: ConnectionAttempt | undefined;
  readonly stage: 'reading' | 'starting' | 'choosing' | 'at-portal' | 'saving' | 'closed' | 'misconfigured' | 'done';
  /** The connections (their ids) that were made so far: one window can make many. */
  readonly connected: readonly string[];
  /** What went wrong last, for people. */
  readonly problem: string | undefined;
}

const BEGIN: Attempt = { attempt: undefined, stage: 'reading', connected: [], problem: undefined };

/** As long as Stitch waits for the portal. Then it gives up and tells nobody. */
const PORTAL_PATIENCE_MS = 20 * 60 * 1000;

const NO_ANSWER = 'The health system has not answered for twenty minutes. Close its window and begin again.';

const COMPLETE_WORDS = {
  conflict: 'This health system account already belongs to another patient here. Ask the people who run this service.',
  'business-rule': 'Fasten does not confirm this connection, or more than an hour has passed. Begin again.',
};

/** Carries one attempt from the agreement to its connections, over every event that Stitch sends. */
export function useAttempt(wanted: { readonly patientId: string; readonly reconnect?: string | undefined }) {
  const bridge = useBridge();
  const { patientId, reconnect } = wanted;
  const [state, setState] = useState<Attempt>(BEGIN);
  const change = useCallback((to: Partial<Attempt>) => setState((from) => ({ ...from, ...to })), []);
  const { attempt, stage } = state;

  useEffect(() => {
    if (stage !== 'at-portal') return undefined;
    const timer = setTimeout(() => change({ stage: 'closed', problem: NO_ANSWER }), PORTAL_PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [stage, change]);

  const start = useCallback(async () => {
    change({ stage: 'starting', connected: [], problem: undefined });
    const { version: consentVersion } = CURRENT_CONSENT_TEXT;
    const body = reconnect ? { reconnect, consentVersion } : { patientId, consentVersion };
    try {
      const begun = await bridge.ask('POST', '/connections/initiate', connectionAttemptSchema, body);
      change({ attempt: begun, stage: 'choosing' });
    } catch (error) {
      change({ stage: 'reading', problem: explainRefusal(error) });
    }
  }, [bridge, change, patientId, reconnect]);

  const complete = useCallback(
    async (message: StitchMessage) => {
      const body = { external_state: attempt?.externalState, event: message };
      try {
        const list = await bridge.ask('POST', '/connections/complete', connectionListSchema, body);
        const made = list.connections.map(({ consentId }) => consentId);
        setState((from) => ({
          ...from,
          connected: [...new Set([...from.connected, ...made])],
          stage: from.stage === 'saving' ? 'choosing' : from.stage,
          problem: undefined,
        }));
      } catch (error) {
        const problem = explainRefusal(error, COMPLETE_WORDS);
        setState((from) => ({ ...from, problem, stage: from.stage === 'done' ? 'closed' : 'choosing' }));
      }
    },
    [attempt, bridge],
  );

  /** For support, who hear of a failure from nobody else. That it cannot be kept must not trouble anybody. */
  const report = useCallback(
    (message: StitchMessage) => {
      const kept = stitchReportSchema.safeParse(message).data;
      if (kept) void bridge.ask('POST', '/connections/events', z.unknown(), kept).catch(() => undefined);
    },
    [bridge],
  );

  const hear = useCallback(
    async (message: StitchMessage) => {
      if (tellsOfConnections(message)) {
        change({ stage: 'saving' });
        await complete(message);
        return;
      }
      report(message);
      switch (message.event_type) {
        case 'patient.connection_pending':
          return change({ stage: 'at-portal', problem: undefined });
        case 'patient.connection_failed':
          return change({ stage: 'choosing', problem: explainFailure(message) });
        case 'widget.config_error':
          return change({ stage: 'misconfigured' });
        case 'widget.close':
          return setState((from) => ({ ...from, stage: endOf(from) }));
      }
    },
    [change, complete, report],
  );

  const onMessage = useCallback((message: StitchMessage) => void hear(message), [hear]);
  return { ...state, start, onMessage };
}

/** A window that is closed while a connection is being saved has done its work. */
function endOf({ stage, connected }: Attempt): Attempt['stage'] {
  if (stage === 'misconfigured') return stage;
  return connected.length > 0 || stage === 'saving' ? 'done' : 'closed';
}
