import type { MedplumClient } from '@medplum/core';
import type { BridgeName } from './audit-event.ts';

/** How the bridge is named in an event: by its own client. */
export async function bridgeName(medplum: Pick<MedplumClient, 'getProfileAsync'>): Promise<BridgeName> {
  const profile = await medplum.getProfileAsync();
  const reference = profile && { reference: `${profile.resourceType}/${profile.id}` };
  return { ...reference, display: 'Fasten-Medplum bridge' };
}
