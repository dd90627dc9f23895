import type { Consent, Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { heldTask } from '../contract/import-hold.ts';
import { changeTask } from '../medplum/change-task.ts';
import type { StoredConsent } from '../medplum/find-connection.ts';
import { createLog } from '../observe/log.ts';
import { type ImportWorld, startImportWorld } from '../test/import-world.ts';
import { failTask } from './end-task.ts';
import { ensureTask } from './ensure-task.ts';
import { createRequestExportJob } from './request-export.job.ts';

let world: ImportWorld;

beforeAll(async () => {
  world = await startImportWorld();
});
afterAll(async () => {
  await world.close();
});

async function connect(orgConnectionId: string): Promise<{ patient: string; consent: StoredConsent }> {
  const { id } = await world.medplum.createResource<Patient>({ resourceType: 'Patient' });
  const patient = `Patient/${id}`;
  const consent = await world.medplum.createResource<Consent>({
    resourceType: 'Consent',
    status: 'active',
    scope: { text: 'A connection' },
    category: [{ text: 'A connection' }],
    policyRule: { text: 'As agreed' },
    identifier: [{ system: ORG_CONNECTION_SYSTEM, value: orgConnectionId }],
    patient: { reference: patient },
    dateTime: new Date().toISOString(),
  });
  return { patient, consent };
}

test('who connected is told of it also when the import is on hold before our own request is answered', async () => {
  const orgConnectionId = crypto.randomUUID();
  const exportId = crypto.randomUUID();
  const { patient, consent } = await connect(orgConnectionId);
  const task = await ensureTask(world.medplum, consent, exportId);
  const hold = { connection: orgConnectionId, candidate: patient, differences: ['sex'] };
  await changeTask(world.medplum, task.id, (stored) => heldTask(stored, hold));

  const requestExport = createRequestExportJob({
    medplum: world.medplum,
    fasten: { requestExport: async () => ({ exportId, status: 'success' }) },
    addJob: async () => 'added',
    log: createLog('silent'),
  });
  await requestExport({ consentId: consent.id, orgConnectionId });

  const messages = await world.medplum.searchResources('Communication', `subject=${patient}`, { cache: 'reload' });
  expect([...messages]).toMatchObject([{ topic: { text: 'Your health system is connected' } }]);
});

test('a job that was killed when it had asked does not ask again for an export that has failed by then', async () => {
  const orgConnectionId = crypto.randomUUID();
  const { patient, consent } = await connect(orgConnectionId);
  const wantedAt = new Date().toISOString();
  const task = await ensureTask(world.medplum, consent, crypto.randomUUID());
  await failTask(world.medplum, task.id, 'resource_invalid_content', 'For the test', 'support');
  const asked: string[] = [];
  const requestExport = createRequestExportJob({
    medplum: world.medplum,
    fasten: {
      requestExport: async (id) => {
        asked.push(id);
        return { exportId: crypto.randomUUID(), status: 'pending' };
      },
    },
    addJob: async () => 'added',
    log: createLog('silent'),
  });
  await requestExport({ consentId: consent.id, orgConnectionId, wantedAt });
  expect(asked).toEqual([]);
  const messages = await world.medplum.searchResources('Communication', `subject=${patient}`, { cache: 'reload' });
  expect([...messages]).toMatchObject([{ topic: { text: 'Your health system is connected' } }]);

  await requestExport({ consentId: consent.id, orgConnectionId, after: task.id });
  const later = new Date(Date.now() + 1_000).toISOString();
  await requestExport({ consentId: consent.id, orgConnectionId, wantedAt: later });
  expect(asked).toEqual([orgConnectionId, orgConnectionId]);
});
