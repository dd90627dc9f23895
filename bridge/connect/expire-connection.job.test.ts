import type { Consent } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { createLog } from '../observe/log.ts';
import { createExpireJob } from './expire-connection.job.ts';

type Deps = Parameters<typeof createExpireJob>[0];

test('a run that was killed when it had written the end goes on with what is under way', async () => {
  const lastUpdated = new Date().toISOString();
  const consent = {
    resourceType: 'Consent',
    id: 'k1',
    status: 'inactive',
    meta: { versionId: 'v2', lastUpdated },
    provision: { period: { end: '2026-01-01T00:00:00Z' } },
  } as Consent;
  const queued: unknown[] = [];
  const recorded: unknown[] = [];
  const deps = {
    medplum: { readResource: async () => consent },
    readConnection: () => Promise.reject(new Error('nobody asks')),
    addJob: async (...[queue, key]: Parameters<Deps['addJob']>) => {
      queued.push([queue, ...key]);
      return 'added';
    },
    audit: (...[act, cause]: Parameters<Deps['audit']>) => recorded.push([act.what, ...cause]),
    log: createLog('silent'),
  } as unknown as Deps;
  await createExpireJob(deps)({ consentId: 'k1', orgConnectionId: 'c1' });
  expect(queued).toEqual([['connection-ended', 'k1', 'v2']]);
  expect(recorded).toEqual([['consent-revoked', 'k1', 'v2']]);
});
