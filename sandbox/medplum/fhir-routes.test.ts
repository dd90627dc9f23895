import { gzipSync } from 'node:zlib';
import type {
  Basic,
  Bundle,
  BundleEntry,
  Observation,
  OperationOutcome,
  Patient,
  Provenance,
} from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleOf, CLIENT, messageOf, type OpenSandbox, openSandbox, statusesOf } from './open-sandbox.ts';

let sandbox: OpenSandbox;
let plain: OpenSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
  plain = await openSandbox({}, CLIENT.withoutTransactions);
});
afterAll(async () => {
  await sandbox.close();
  await plain.close();
});

const patient = (source: string, more: Partial<Patient> = {}): Patient => ({
  resourceType: 'Patient',
  meta: { source },
  ...more,
});
const invalid = { resourceType: 'Patient', birthDate: 'yesterday' } as Patient;
const found = async (on: OpenSandbox, source: string) =>
  (await on.medplum.searchResources('Patient', { _source: source })).length;

function observationOf(fullUrl: string): Observation {
  return { resourceType: 'Observation', status: 'final', code: { text: 'x' }, subject: { reference: fullUrl } };
}

describe('a transaction', () => {
  test('stores everything and answers each entry', async () => {
    const reply = await sandbox.medplum.executeBatch(bundleOf('transaction', [patient('urn:t1'), patient('urn:t1')]));
    expect(reply.type).toBe('transaction-response');
    expect(statusesOf(reply)).toEqual(['201', '201']);
    expect(reply.entry?.[0]?.response?.location).toBe(`Patient/${reply.entry?.[0]?.resource?.id}`);
    expect(await found(sandbox, 'urn:t1')).toBe(2);
  });

  test('that fails is one OperationOutcome, names no entry, and stores nothing', async () => {
    const answer = await sandbox.call('POST', '', bundleOf('transaction', [patient('urn:t2'), invalid]));
    expect(answer.status).toBe(400);
    expect((answer.json as OperationOutcome).resourceType).toBe('OperationOutcome');
    expect(answer.text).not.toContain('entry[');
    expect(await found(sandbox, 'urn:t2')).toBe(0);
    const after = await sandbox.medplum.executeBatch(bundleOf('transaction', [patient('urn:t2')]));
    expect(statusesOf(after)).toEqual(['201']);
  });

  test('with a stale ifMatch goes back as a whole', async () => {
    const lane = await sandbox.medplum.createResource<Basic>({ resourceType: 'Basic', code: { text: 'lane' } });
    const put = (text: string): BundleEntry => ({
      request: { method: 'PUT', url: `Basic/${lane.id}`, ifMatch: `W/"${lane.meta?.versionId}"` },
      resource: { resourceType: 'Basic', id: lane.id, code: { text } },
    });
    await sandbox.medplum.executeBatch(bundleOf('transaction', [patient('urn:t3')], [put('one')]));
    const late = await sandbox.call('POST', '', bundleOf('transaction', [patient('urn:t3')], [put('two')]));
    expect(late.status).toBe(412);
    expect(await found(sandbox, 'urn:t3')).toBe(1);
  });

  test('takes at most 50 updates, but any number of creates', async () => {
    const patients = await sandbox.medplum.executeBatch(
      bundleOf(
        'transaction',
        Array.from({ length: 51 }, () => patient('urn:t4')),
      ),
    );
    const update = (e: BundleEntry): BundleEntry => ({
      request: { method: 'PUT', url: `Patient/${e.resource?.id}` },
      resource: { resourceType: 'Patient', id: e.resource?.id ?? '', gender: 'male' },
    });
    const updates = (patients.entry ?? []).map(update);
    const tooMany = await sandbox.call('POST', '', { resourceType: 'Bundle', type: 'transaction', entry: updates });
    expect([tooMany.status, messageOf(tooMany)]).toEqual([
      400,
      'Transaction contains more update operations than allowed',
    ]);
    const enough = { resourceType: 'Bundle', type: 'transaction', entry: updates.slice(1) };
    expect((await sandbox.call('POST', '', enough)).status).toBe(200);
  });

  test('takes at most 8 entries as soon as one is conditional', async () => {
    const conditional: BundleEntry = {
      request: { method: 'POST', url: 'Patient', ifNoneExist: '_source=urn:t5' },
      resource: patient('urn:t5'),
    };
    const eight = bundleOf(
      'transaction',
      Array.from({ length: 7 }, () => patient('urn:t5-more')),
      [conditional],
    );
    expect((await sandbox.call('POST', '', eight)).status).toBe(200);
    const nine = bundleOf(
      'transaction',
      Array.from({ length: 8 }, () => patient('urn:t5-more')),
      [conditional],
    );
    const refused = await sandbox.call('POST', '', nine);
    expect(messageOf(refused)).toBe('Transaction requires strict isolation but has too many entries');
  });

  test('takes a Provenance with a hundred targets by urn:uuid', async () => {
    const bundle = bundleOf(
      'transaction',
      Array.from({ length: 100 }, () => patient('urn:t6')),
    );
    const target = (bundle.entry ?? []).map((e) => ({ reference: e.fullUrl ?? '' }));
    bundle.entry?.unshift({
      fullUrl: `urn:uuid:${crypto.randomUUID()}`,
      request: { method: 'POST', url: 'Provenance' },
      resource: {
        resourceType: 'Provenance',
        recorded: '2024-01-01T00:00:00Z',
        target,
        agent: [{ who: { display: 'the bridge' } }],
      },
    });
    const reply = await sandbox.medplum.executeBatch(bundle);
    const [provenance, first] = reply.entry ?? [];
    const targets = (provenance?.resource as Provenance | undefined)?.target;
    expect(targets).toHaveLength(100);
    expect(targets?.[0]?.reference).toBe(`Patient/${first?.resource?.id}`);
  });

  test('is run as a batch where the project has no transaction-bundles, and says transaction-response', async () => {
    const reply = await plain.call('POST', '', bundleOf('transaction', [patient('urn:t7'), invalid]));
    expect(reply.status).toBe(200);
    expect((reply.json as Bundle).type).toBe('transaction-response');
    expect(statusesOf(reply.json)).toEqual(['201', '400']);
    expect(await found(plain, 'urn:t7')).toBe(1);
  });

  test('is run as a batch when the switch is off', async () => {
    sandbox.server.switches.transactionBundles = false;
    const reply = await sandbox.call('POST', '', bundleOf('transaction', [invalid]));
    sandbox.server.switches.transactionBundles = true;
    expect([reply.status, ...statusesOf(reply.json)]).toEqual([200, '400']);
  });

  test('beside others stays whole: parallel bundles do not fall into each other', async () => {
    const bundles = Array.from({ length: 12 }, (_, i) =>
      bundleOf('transaction', [
        ...Array.from({ length: 10 }, () => patient(`urn:t8-${i}`)),
        ...(i % 2 ? [invalid] : []),
      ]),
    );
    await Promise.all(bundles.map((bundle) => sandbox.call('POST', '', bundle)));
    const stored = await Promise.all(bundles.map((_, i) => found(sandbox, `urn:t8-${i}`)));
    expect(stored).toEqual(bundles.map((_, i) => (i % 2 ? 0 : 10)));
  });
});

describe('a lost reply', () => {
  const abortedPost = async (on: OpenSandbox, bundle: Bundle) => {
    const stop = new AbortController();
    const post = fetch(`${on.server.baseUrl}fhir/R4/`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${on.medplum.getAccessToken()}`, 'Content-Type': 'application/fhir+json' },
      body: JSON.stringify(bundle),
      signal: stop.signal,
    });
    setTimeout(() => stop.abort(), 100);
    await expect(post).rejects.toThrow();
  };
  const ten = (source: string) => Array.from({ length: 10 }, () => patient(source));

  test('does not stop a transaction: it commits later', async () => {
    const own = await openSandbox({ switches: { commitDelayMs: 500 } });
    await abortedPost(own, bundleOf('transaction', ten('urn:z1')));
    expect(await found(own, 'urn:z1')).toBe(0);
    await expect.poll(() => found(own, 'urn:z1'), { timeout: 20_000 }).toBe(10);
    await own.close();
  });

  test('is cured by a fence: the lane that was updated meanwhile makes the zombie fail', async () => {
    const own = await openSandbox();
    const lane = await own.medplum.createResource<Basic>({ resourceType: 'Basic', code: { text: 'lane' } });
    const fence: BundleEntry = {
      request: { method: 'PUT', url: `Basic/${lane.id}`, ifMatch: `W/"${lane.meta?.versionId}"` },
      resource: { resourceType: 'Basic', id: lane.id, code: { text: 'bundle 1' } },
    };
    own.server.switches.commitDelayMs = 500;
    await abortedPost(own, bundleOf('transaction', ten('urn:z2'), [fence]));
    await own.medplum.updateResource({ resourceType: 'Basic', id: lane.id, code: { text: 'fenced off' } });
    // Whatever was sent later is committed later: when this one is there, the zombie has had its turn.
    await own.medplum.executeBatch(bundleOf('transaction', [patient('urn:z2-after')]));
    expect(await found(own, 'urn:z2')).toBe(0);
    await own.close();
  });

  test('rolls the transaction back when the switch says so', async () => {
    const own = await openSandbox({ switches: { commitDelayMs: 300, zombieCommits: false } });
    await abortedPost(own, bundleOf('transaction', ten('urn:z3')));
    await own.medplum.executeBatch(bundleOf('transaction', [patient('urn:z3-after')]));
    expect(await found(own, 'urn:z3')).toBe(0);
    await own.close();
  });
});

describe('a batch', () => {
  test('is always 200, with a status per entry', async () => {
    const entry: BundleEntry[] = [{ request: { method: 'GET', url: `Patient/${crypto.randomUUID()}` } }];
    const answer = await sandbox.call('POST', '', bundleOf('batch', [patient('urn:b1'), invalid], entry));
    expect([answer.status, (answer.json as Bundle).type]).toEqual([200, 'batch-response']);
    expect(statusesOf(answer.json)).toEqual(['201', '400', '404']);
  });

  test('rewrites urn:uuid forwards and backwards, identifiers that look like one too, and nothing else', async () => {
    const bundle = bundleOf('batch', [patient('urn:b2')]);
    const fullUrl = bundle.entry?.[0]?.fullUrl ?? '';
    const before = { request: { method: 'POST' as const, url: 'Observation' }, resource: observationOf(fullUrl) };
    const identifier = [{ value: fullUrl }];
    const after = { ...before, resource: { ...observationOf('Patient/eXYZ'), identifier } };
    bundle.entry = [before, ...(bundle.entry ?? []), after];
    const reply = await sandbox.medplum.executeBatch(bundle);
    const reference = `Patient/${reply.entry?.[1]?.resource?.id}`;
    expect(reply.entry?.[0]?.resource).toMatchObject({ subject: { reference } });
    expect(reply.entry?.[2]?.resource).toMatchObject({
      subject: { reference: 'Patient/eXYZ' },
      identifier: [{ value: reference }],
    });
  });

  test('leaves a reference to a Patient that never came to be when its entry failed', async () => {
    const bundle = bundleOf('batch', [invalid]);
    bundle.entry?.push({
      request: { method: 'POST', url: 'Observation' },
      resource: observationOf(bundle.entry[0]?.fullUrl ?? ''),
    });
    const reply = await sandbox.medplum.executeBatch(bundle);
    expect(statusesOf(reply)).toEqual(['400', '201']);
    const reference = (reply.entry?.[1]?.resource as Observation | undefined)?.subject?.reference;
    expect(reference).toMatch(/^Patient\/[0-9a-f-]{36}$/);
    expect((await sandbox.call('GET', reference ?? '')).status).toBe(404);
  });

  test('re-points a urn reference at the resource that ifNoneExist found', async () => {
    const { id } = await sandbox.medplum.createResource(patient('urn:b4'));
    const fullUrl = `urn:uuid:${crypto.randomUUID()}`;
    const entry: BundleEntry[] = [
      {
        fullUrl,
        request: { method: 'POST', url: 'Patient', ifNoneExist: '_source=urn:b4' },
        resource: patient('urn:b4'),
      },
      { request: { method: 'POST', url: 'Observation' }, resource: observationOf(fullUrl) },
    ];
    const reply = await sandbox.medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    expect(statusesOf(reply)).toEqual(['200', '201']);
    expect(reply.entry?.[1]?.resource).toMatchObject({ subject: { reference: `Patient/${id}` } });
  });

  test('leaves a reference to nobody when two entries have the same ifNoneExist', async () => {
    const twin = (fullUrl: string): BundleEntry => ({
      fullUrl,
      request: { method: 'POST', url: 'Patient', ifNoneExist: '_source=urn:b5' },
      resource: patient('urn:b5'),
    });
    const [one, two] = [`urn:uuid:${crypto.randomUUID()}`, `urn:uuid:${crypto.randomUUID()}`];
    const entry: BundleEntry[] = [
      twin(one),
      twin(two),
      { request: { method: 'POST', url: 'Observation' }, resource: observationOf(two) },
    ];
    const reply = await sandbox.medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    const reference = (reply.entry?.[2]?.resource as Observation | undefined)?.subject?.reference;
    expect((await sandbox.call('GET', reference ?? '')).status).toBe(404);
    expect(await found(sandbox, 'urn:b5')).toBe(1);
  });

  test('of conditional creates loses entries to 409 when others run beside it, and none alone', async () => {
    const batch = (name: string): Bundle => ({
      resourceType: 'Bundle',
      type: 'batch',
      entry: Array.from({ length: 10 }, (_, i) => ({
        request: { method: 'POST', url: 'Patient', ifNoneExist: `_source=urn:b6-${name}-${i}` },
        resource: patient(`urn:b6-${name}-${i}`),
      })),
    });
    const parallel = await Promise.all(
      Array.from({ length: 16 }, (_, i) => sandbox.medplum.executeBatch(batch(String(i)))),
    );
    expect(parallel.flatMap(statusesOf)).toContain('409');
    const alone = await sandbox.medplum.executeBatch(batch('alone'));
    expect(new Set(statusesOf(alone))).toEqual(new Set(['201']));
  });

  test('with Prefer: return=minimal answers nothing at all', async () => {
    const prefer = { Prefer: 'return=minimal' };
    const answer = await sandbox.call('POST', '', bundleOf('batch', [patient('urn:b7')]), prefer);
    expect([answer.status, answer.text]).toEqual([200, '']);
    expect(await found(sandbox, 'urn:b7')).toBe(1);
  });
});

describe('a body', () => {
  test('over 1 MB is 400 File too large, measured after decompression', async () => {
    const large = JSON.stringify(patient('urn:f1', { name: [{ text: 'x'.repeat(1_048_576) }] }));
    const answer = await sandbox.call('POST', 'Patient', large);
    expect([answer.status, messageOf(answer)]).toEqual([400, 'File too large']);
    const zipped = await sandbox.call('POST', 'Patient', gzipSync(large), { 'Content-Encoding': 'gzip' });
    expect([zipped.status, messageOf(zipped)]).toEqual([400, 'File too large']);
  });

  test('may be compressed', async () => {
    const body = gzipSync(JSON.stringify(patient('urn:f2')));
    expect((await sandbox.call('POST', 'Patient', body, { 'Content-Encoding': 'gzip' })).status).toBe(201);
  });

  test('that is not JSON is 400', async () => {
    const answer = await sandbox.call('POST', 'Patient', '{');
    expect([answer.status, messageOf(answer)]).toEqual([400, 'Content could not be parsed']);
  });
});

test('a batch over 1 MB is taken asynchronously, a transaction is not', async () => {
  const text = 'x'.repeat(900_000);
  const large = Array.from({ length: 3 }, () => patient('urn:a1', { name: [{ text }] }));
  const prefer = { Prefer: 'respond-async' };
  const answer = await sandbox.call('POST', '', bundleOf('batch', large), prefer);
  expect(answer.status).toBe(202);
  const status = answer.headers.get('Content-Location') ?? '';
  await expect.poll(async () => (await sandbox.call('GET', new URL(status).pathname)).status).toBe(200);
  expect(await found(sandbox, 'urn:a1')).toBe(3);
  expect((await sandbox.call('POST', '', bundleOf('transaction', large), prefer)).status).toBe(400);
});

test('metadata claims transactions whether there are any or not; healthcheck and the root need no token', async () => {
  for (const on of [sandbox, plain]) {
    const metadata = await fetch(`${on.server.baseUrl}fhir/R4/metadata`).then((r) => r.text());
    expect(metadata).toContain('"transaction"');
    expect((await fetch(`${on.server.baseUrl}healthcheck`)).status).toBe(200);
    expect((await fetch(on.server.baseUrl)).status).toBe(200);
  }
});
