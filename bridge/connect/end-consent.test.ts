import type { Consent } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { createLog } from '../observe/log.ts';
import { type EndConsentDeps, endConsent } from './end-consent.ts';

const HOUR_MS = 3_600_000;

function consent(status: Consent['status'], changedMsAgo: number): StoredConsent {
  const lastUpdated = new Date(Date.now() - changedMsAgo).toISOString();
  return { resourceType: 'Consent', id: 'k1', status, meta: { versionId: 'v1', lastUpdated } } as StoredConsent;
}

/** Ends a connection; gives what was written, recorded and queued, by its key. */
async function end(stored: StoredConsent) {
  const done = { written: [] as unknown[], recorded: [] as unknown[], queued: [] as unknown[] };
  const updateResource = async (wanted: StoredConsent) => {
    done.written.push(wanted.status);
    return { ...wanted, meta: { versionId: 'v2', lastUpdated: new Date().toISOString() } };
  };
  await endConsent(
    {
      medplum: { updateResource } as unknown as EndConsentDeps['medplum'],
      addJob: async (queue, key) => {
        done.queued.push([queue, ...key]);
        return 'added';
      },
      audit: (act, cause) => done.recorded.push([act.what, ...cause]),
      log: createLog('silent'),
    },
    stored,
    'Practitioner/p1',
  );
  return done;
}

test('the end of a connection is written, recorded and told to what is under way', async () => {
  expect(await end(consent('active', HOUR_MS))).toEqual({
    written: ['inactive'],
    recorded: [['consent-revoked', 'k1', 'v2']],
    queued: [['connection-ended', 'k1', 'v2']],
  });
});

test('an end that nobody heard of, since its answer was lost, is recorded when it is asked for again', async () => {
  expect(await end(consent('inactive', 1_000))).toEqual({
    written: [],
    recorded: [['consent-revoked', 'k1', 'v1']],
    queued: [['connection-ended', 'k1', 'v1']],
  });
});

test('a connection that ended long ago does not end once more', async () => {
  expect(await end(consent('inactive', 30 * HOUR_MS))).toMatchObject({ written: [], recorded: [] });
});
