import type { ConnectionAttempt } from '@fasten-medplum/bridge/contract/connection-attempt';
import { Box } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { ErrorState } from '../states/ErrorState.tsx';
import { LoadingState } from '../states/LoadingState.tsx';
import { createStitch, loadStitch } from './load-stitch.ts';
import { parseStitchMessage, type StitchMessage } from './stitch-messages.ts';

interface StitchWidgetProps {
  readonly attempt: ConnectionAttempt;
  /** Must keep its identity between renders. */
  readonly onMessage: (message: StitchMessage) => void;
}

/** Fasten's element for one attempt, opened at once; its own button opens it again. */
export function StitchWidget({ attempt, onMessage }: StitchWidgetProps) {
  const host = useRef<HTMLDivElement>(null);
  const [state, setState] = useState<'loading' | 'ready' | 'failed'>('loading');
  const [tries, setTries] = useState(1);

  useEffect(() => {
    let current = tries > 0;
    const element = createStitch({
      'public-id': attempt.publicId,
      'external-id': attempt.externalId,
      'external-state': attempt.externalState,
      'reconnect-org-connection-id': attempt.reconnectOrgConnectionId,
      'static-backdrop': 'true',
      'button-label': 'Open the connection window',
    });
    const hear = (event: Event): void => {
      const message = parseStitchMessage(event);
      if (message) onMessage(message);
    };
    element.addEventListener('eventBus', hear);
    setState('loading');
    loadStitch(attempt.stitch).then(
      () => {
        if (!current) return;
        setState('ready');
        host.current?.append(element);
        element.show?.();
      },
      () => current && setState('failed'),
    );
    return () => {
      current = false;
      element.removeEventListener('eventBus', hear);
      element.remove();
    };
  }, [attempt, onMessage, tries]);

  return (
    <>
      {state === 'loading' && <LoadingState label="Opening the connection window" blocks={1} />}
      {state === 'failed' && (
        <ErrorState
          title="The connection window could not be loaded"
          hint="It comes from Fasten Health. Check that you are online and that no ad blocker keeps it away."
          onRetry={() => setTries(tries + 1)}
        />
      )}
      <Box ref={host} />
    </>
  );
}
