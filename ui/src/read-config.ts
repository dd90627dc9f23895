import { type UiConfig, uiConfigSchema } from '@fasten-medplum/bridge/contract/ui-config';

/**
 * Asks the bridge which Medplum this installation uses, so that one build serves every installation.
 *
 * @throws When the bridge does not answer, or not with a configuration.
 */
export async function readConfig(): Promise<UiConfig> {
  const response = await fetch('/config.json', { headers: { Accept: 'application/json' } });
  if (!response.ok) {
    throw new Error(`The bridge answered ${response.status} for its configuration`);
  }
  return uiConfigSchema.parse(await response.json());
}
