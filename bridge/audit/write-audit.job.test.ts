import { afterAll, beforeAll, expect, test } from 'vitest';
import { type OpenSandbox, openSandbox } from '../../sandbox/medplum/open-sandbox.ts';
import { createLog } from '../observe/log.ts';
import { createMetrics } from '../observe/metrics.ts';
import type { AuditedAct } from '../queue/specs.ts';
import { createAuditor } from './audit.ts';
import { createAuditJob } from './write-audit.job.ts';

let sandbox: OpenSandbox;
const log = createLog('silent');

beforeAll(async () => {
  sandbox = await openSandbox();
});

afterAll(() => sandbox.close());

const at = '2026-11-20T10:00:00.123Z';
const OPENED = '2026-11-20T11:00:00.123Z';
const [who, patient] = [
  'Practitioner/7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a001',
  'Patient/7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a002',
];
const [consent, task] = [`Consent/${crypto.randomUUID()}`, `Task/${crypto.randomUUID()}`];
/** Another time than the erasure's: an act is recognised by its time, too. */
const REMOVED = '2026-11-21T11:00:00.000Z';

const ACTS: [AuditedAct, string, string][] = [
  [{ what: 'consent-given', at, who, patient, consent }, 'C', 'create'],
  [{ what: 'consent-revoked', at, patient, consent }, 'U', 'update'],
  [{ what: 'erased', at, who, patient, consent, task, isDone: true }, 'D', 'delete'],
  [{ what: 'removed', at: REMOVED, patient, task, kind: 'raw-export', count: 1 }, 'D', 'delete'],
  [{ what: 'record-read', at, who, patient, category: 'labs', requestId: 'request-1' }, 'E', 'search'],
  [{ what: 'record-opened', at: OPENED, who, patient, requestId: 'request-2' }, 'R', 'read'],
  [{ what: 'ledger-read', at, who, patient, task }, 'R', 'read'],
];

test.each(ACTS)('$what is recorded once, with references only', async (act, action, interaction) => {
  const job = createAuditJob({ medplum: sandbox.medplum, log, metrics: createMetrics() });
  await job.run(act);
  await job.run(act);
  const query = { date: act.at, subtype: interaction, entity: patient };
  const [event, ...more] = await sandbox.medplum.searchResources('AuditEvent', query, { cache: 'reload' });
  expect(more).toEqual([]);
  expect(event).toMatchObject({ action, outcome: '0', recorded: act.at, type: { code: 'rest' } });
  const requestor = event?.agent.filter(({ requestor }) => requestor).map(({ who: one }) => one?.reference);
  expect(requestor).toEqual([act.who ?? expect.stringMatching(/^ClientApplication\//)]);
  const about = event?.entity?.flatMap(({ what }) => what?.reference ?? []);
  const named = { consent: undefined, task: undefined, ...act };
  expect(about).toEqual([patient, named.consent, named.task].filter(Boolean));
  expect(event?.agent.map(({ type }) => type?.coding?.[0]?.code)).toEqual(expect.arrayContaining(['110152', '110153']));
});

test('an erasure that was given up says that it was not done', async () => {
  const job = createAuditJob({ medplum: sandbox.medplum, log, metrics: createMetrics() });
  await job.run({ what: 'erased', at: '2026-11-21T10:00:00.000Z', who, patient, consent, task, isDone: false });
  const found = await sandbox.medplum.searchOne('AuditEvent', { date: '2026-11-21T10:00:00.000Z' });
  expect(found?.outcome).toBe('8');
});

test('what cannot be queued, and what is given up, is counted, and nobody who reads is stopped by it', async () => {
  const metrics = createMetrics();
  const addJob = () => Promise.reject(new Error('Redis is gone'));
  const { audit, settled } = createAuditor({ addJob, log, metrics });
  audit({ what: 'record-read', who, patient, category: 'labs' }, ['x']);
  await settled();
  const [given] = ACTS[6] ?? [];
  if (given) await createAuditJob({ medplum: sandbox.medplum, log, metrics }).gaveUp(given, { code: 'x' });
  const text = await metrics.registry.getSingleMetricAsString('bridge_audits_lost_total');
  expect(text).toContain('{what="record-read"} 1');
  expect(text).toContain('{what="ledger-read"} 1');
});
