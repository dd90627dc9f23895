import type { UiConfig } from '@fasten-medplum/bridge/contract/ui-config';
import { useMedplum } from '@medplum/react-hooks';
import { createContext, useContext, useMemo } from 'react';
import { type Bridge, createBridge } from './create-bridge.ts';

type BridgeConfig = Pick<UiConfig, 'apiPrefix' | 'logosUrl' | 'medplumProjectId'>;

/** How this installation is set up; until `/config.json` says otherwise, as it comes. */
export const BridgeConfigContext = createContext<BridgeConfig>({
  apiPrefix: '/api/fasten-health',
  logosUrl: 'https://cdn.fastenhealth.com/logos/sources/',
});

export function useBridgeConfig(): BridgeConfig {
  return useContext(BridgeConfigContext);
}

/** The bridge's API, as whoever is signed in. Keeps its identity between renders. */
export function useBridge(): Bridge {
  const medplum = useMedplum();
  const { apiPrefix } = useBridgeConfig();
  return useMemo(() => createBridge(medplum, apiPrefix), [medplum, apiPrefix]);
}
