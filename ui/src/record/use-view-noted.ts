import { useEffect } from 'react';
import { z } from 'zod';
import { useBridge } from '../bridge/use-bridge.ts';

/**
 * Tells the bridge that a record was opened, once for each time: the page reads Medplum, which writes no AuditEvent of it.
 * A record that cannot be read when it is needed does more harm than a missing event (docs/decisions/0017-audit.md).
 */
export function useViewNoted(patientId: string): void {
  const bridge = useBridge();
  useEffect(() => {
    bridge.ask('POST', `/data/${patientId}/views`, z.object({})).catch(() => undefined);
  }, [bridge, patientId]);
}
