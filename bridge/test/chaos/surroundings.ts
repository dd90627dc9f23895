import type { MedplumClient } from '@medplum/core';
import type { SandboxFasten } from '../../../sandbox/fasten/start-fasten.ts';

/** Where a person acts: in the browser, with their token, and at the health system. */
export interface Surroundings {
  readonly fasten: SandboxFasten;
  readonly apiUrl: string;
  readonly storeUrl: string;
  readonly token: string;
  /** Sees the store past every proxy, as the person sees it in their app. */
  readonly reader: MedplumClient;
  /** How many requests the workers have sent to the store: all, or bundles of records only. */
  passed(of: 'request' | 'bundle'): number;
}
