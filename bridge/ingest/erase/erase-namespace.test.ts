import { randomBytes } from 'node:crypto';
import { MedplumClient } from '@medplum/core';
import type { Basic, Bundle, Observation, Patient, Provenance, Resource, Task } from '@medplum/fhirtypes';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { handler as flagCriticalResult } from '../../../bots/flag-critical-results.ts';
import { CLIENT, signIn } from '../../../sandbox/medplum/open-sandbox.ts';
import { seed } from '../../../sandbox/seed.ts';
import { ledgerFromTask, rawExportsFromTask } from '../../contract/import-task.ts';
import { dumpStore } from '../../test/dump-store.ts';
import { type ImportWorld, type SourceLine, startImportWorld } from '../../test/import-world.ts';
import { type MortalClient, mortalClient } from '../../test/mortal-client.ts';
import { importFile } from '../import-file.ts';
import { Lane } from '../write/lane.ts';
import { findLanes } from '../write/lane-basic.ts';
import { eraseNamespace } from './erase-namespace.ts';
import type { EraseRecord, EraseStep } from './eraser.ts';

let world: ImportWorld;
let admin: MedplumClient;
let clinician: MedplumClient;
let chart: string;

beforeAll(async () => {
  world = await startImportWorld();
  admin = await signIn(world.server.baseUrl, CLIENT.admin);
  clinician = await signInAs('clinician@example.com');
});

afterAll(() => world.close());

async function signInAs(email: string): Promise<MedplumClient> {
  const client = new MedplumClient({ baseUrl: world.server.baseUrl, cacheTime: 0 });
  const { password = '' } = seed.users.find((user) => user.email === email) ?? {};
  const proof = 'made-up-for-tests';
  const login = await client.startLogin({ email, password, codeChallenge: proof, codeChallengeMethod: 'plain' });
  const grant = { grant_type: 'authorization_code', code: login.code ?? '', code_verifier: proof };
  const url = `${world.server.baseUrl}oauth2/token`;
  const tokens = await (await fetch(url, { method: 'POST', body: new URLSearchParams(grant) })).json();
  client.setAccessToken((tokens as { access_token: string }).access_token);
  return client;
}

const person: Partial<Patient> = {
  name: [{ family: 'Example', given: ['Kim'] }],
  birthDate: '1980-05-17',
  gender: 'female',
};

/** More than a page of them. */
const OBSERVATIONS = 60;

const LINES: SourceLine[] = [
  { resourceType: 'Patient', id: 'p', ...person },
  { resourceType: 'Organization', id: 'o', name: 'Clinic' },
  ...Array.from({ length: OBSERVATIONS }, (_, n) => ({
    resourceType: 'Observation',
    id: `obs-${n}`,
    status: 'final',
    code: { text: `value ${n}` },
    subject: { reference: 'Patient/p' },
  })),
  { resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: randomBytes(300).toString('base64') },
  {
    resourceType: 'DocumentReference',
    id: 'd',
    status: 'current',
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/b' } }],
  },
];

async function load(connection: string, lines: readonly SourceLine[] = LINES): Promise<void> {
  const { id } = await clinician.createResource<Patient>({ resourceType: 'Patient', ...person });
  chart = `Patient/${id}`;
  await importFile(world.medplum, { file: await world.writeFile(lines), connection, patient: chart });
}

/** What a receipt holds, in memory. */
class Memory implements EraseRecord {
  unfinished: EraseStep = { references: [], edited: 0 };
  edited = 0;
  readonly erased = new Map<string, number>();
  readonly kept: string[] = [];

  async begin(step: EraseStep): Promise<void> {
    for (const reference of this.unfinished.references) {
      const type = reference.slice(0, reference.indexOf('/'));
      this.erased.set(type, (this.erased.get(type) ?? 0) + 1);
    }
    this.edited += this.unfinished.edited;
    this.unfinished = step;
  }

  async keep(references: readonly string[]): Promise<void> {
    this.kept.push(...references);
  }
}

interface Erasing {
  readonly record?: Memory;
  readonly medplum?: MedplumClient;
  readonly admin?: MedplumClient;
  readonly uploads?: readonly string[];
}

async function erase(namespace: string, mode: Mode, more: Erasing = {}): Promise<Memory> {
  const { record = new Memory(), medplum = world.medplum, admin: remover = admin, uploads } = more;
  const request = { namespace, patient: chart, connections: [], record, uploads };
  await eraseNamespace(medplum, { ...request, ...(mode === 'expunged' && { admin: remover }) });
  return record;
}

type Mode = 'expunged' | 'deleted';
const MODES: Mode[] = ['expunged', 'deleted'];
const GONE = { expunged: 404, deleted: 410 };

async function statusOf(reference: string): Promise<number> {
  const url = `${world.server.baseUrl}fhir/R4/${reference}`;
  return (await fetch(url, { headers: { authorization: `Bearer ${world.medplum.getAccessToken()}` } })).status;
}

const TYPES = ['Patient', 'Organization', 'Observation', 'DocumentReference', 'Provenance', 'Task'] as const;

async function everything(namespace: string): Promise<Resource[]> {
  return (await Promise.all(TYPES.map((type) => world.stored<Resource>(type, namespace)))).flat();
}

/** The Binaries that an import's Task and its document name. */
async function binariesOf(namespace: string): Promise<string[]> {
  const [task] = await world.stored<Task>('Task', namespace);
  const [note] = await world.stored<Resource>('DocumentReference', namespace);
  const [, id] = /(?:Binary|storage)\/([0-9a-f-]{36})/.exec(JSON.stringify(note)) ?? [];
  const raw = task ? rawExportsFromTask(task).map(({ reference }) => reference) : [];
  return [...raw, (task && ledgerFromTask(task)?.reference) ?? '', `Binary/${id}`];
}

describe.each(MODES)('a namespace that is %s', (mode) => {
  test('leaves nothing of itself, and everything of others', async () => {
    const [mine, other] = [`mine-${mode}`, `other-${mode}`];
    await load(other);
    const known = [chart];
    const theirs = await dumpStore(world.medplum, other, undefined, known);
    const theirFiles = await binariesOf(other);
    await load(mine);
    const before = await everything(mine);
    const files = await binariesOf(mine);
    expect([before.length > OBSERVATIONS, files.length]).toEqual([true, 3]);

    const { erased } = await erase(mine, mode);
    expect(await everything(mine)).toEqual([]);
    for (const { resourceType, id } of before) expect(await statusOf(`${resourceType}/${id}`)).toBe(GONE[mode]);
    for (const reference of files) expect(await statusOf(reference)).toBe(GONE[mode]);
    expect(erased.get('Observation')).toBe(OBSERVATIONS);
    expect(Object.fromEntries(erased)).toMatchObject({ Patient: 1, Organization: 1, Binary: 3, Task: 1 });
    expect(await statusOf(chart)).toBe(200);
    expect(await dumpStore(world.medplum, other, undefined, known)).toEqual(theirs);
    for (const reference of theirFiles) expect(await statusOf(reference)).toBe(200);
    expect((await findLanes(world.medplum, mine, 8)).some(Boolean)).toBe(mode === 'deleted');
  });

  test('is loaded anew, each line once', async () => {
    const namespace = `anew-${mode}`;
    await load(namespace);
    await erase(namespace, mode);
    const { report } = await importFile(world.medplum, {
      file: await world.writeFile(LINES),
      connection: namespace,
      patient: chart,
    });
    expect(report).toMatchObject({ created: LINES.length, unchanged: 0, skipped: 0 });
    expect(await world.stored('Observation', namespace)).toHaveLength(OBSERVATIONS);
  });

  test('takes along what was edited here and what lost its tag, and says how much of it was edited', async () => {
    const namespace = `edited-${mode}`;
    await load(namespace);
    const [edited, stripped] = await world.stored<Observation>('Observation', namespace);
    await clinician.updateResource<Observation>({ ...(edited as Observation), note: [{ text: 'seen' }] });
    const { meta: _, ...bare } = stripped as Observation;
    await world.medplum.updateResource<Observation>(bare);
    const record = await erase(namespace, mode);
    expect(record.edited).toBe(1);
    expect(record.erased.get('Observation')).toBe(OBSERVATIONS);
    expect(await statusOf(`Observation/${stripped?.id}`)).toBe(GONE[mode]);
  });

  test('takes along what bots made of it, step by step, and leaves what people wrote', async () => {
    const namespace = `derived-${mode}`;
    await load(`${namespace}-other`);
    const [foreign] = await world.stored<Observation>('Observation', `${namespace}-other`);
    await load(namespace);
    const [source] = await world.stored<Observation>('Observation', namespace);
    const by = (client: MedplumClient, text: string) =>
      client.createResource<Observation>({ resourceType: 'Observation', status: 'final', code: { text } });
    const tell = (client: MedplumClient, entity: Resource | undefined, targets: (Resource | undefined)[], who = {}) =>
      client.createResource<Provenance>({
        resourceType: 'Provenance',
        recorded: new Date().toISOString(),
        target: targets.map((each) => ({ reference: `${each?.resourceType}/${each?.id}` })),
        agent: [{ who: { display: 'a bot', ...who } }],
        entity: [{ role: 'source', what: { reference: `${entity?.resourceType}/${entity?.id}` } }],
      });
    const [one, two, hand, signed] = [
      await by(world.medplum, 'one'),
      await by(world.medplum, 'two'),
      await by(clinician, 'hand'),
      await by(world.medplum, 'signed'),
    ];
    const chartPatient = await world.medplum.readResource('Patient', chart.slice('Patient/'.length));
    const gone = [
      one,
      two,
      await tell(world.medplum, source, [one]),
      await tell(world.medplum, one, [two]),
      // In a circle.
      await tell(world.medplum, two, [one]),
    ];
    const kept = [
      hand,
      signed,
      await tell(world.medplum, source, [hand]),
      await tell(world.medplum, one, [signed], { reference: 'Practitioner/7e6d5c4b-3a29-4817-a6b5-c4d3e2f1a001' }),
      await tell(world.medplum, source, [chartPatient, foreign]),
    ];
    const record = await erase(namespace, mode);
    for (const { resourceType, id } of gone) expect(await statusOf(`${resourceType}/${id}`)).toBe(GONE[mode]);
    for (const { resourceType, id } of [...kept, chartPatient]) {
      expect(await statusOf(`${resourceType}/${id}`)).toBe(200);
    }
    expect(await statusOf(`Observation/${foreign?.id}`)).toBe(200);
    const named = [`Observation/${hand.id}`, `Observation/${signed.id}`, `Observation/${foreign?.id}`, chart];
    expect(new Set(record.kept)).toEqual(new Set(named));
  });

  test('takes along the flag and the task that our own bot made of a result', async () => {
    const namespace = `flagged-${mode}`;
    const interpretation = [{ coding: [{ code: 'HH' }] }];
    const taken = { subject: { reference: 'Patient/p' }, effectiveDateTime: new Date().toISOString() };
    const result = { resourceType: 'Observation', id: 'r', status: 'final', code: { text: 'K' }, interpretation };
    await load(namespace, [...LINES.slice(0, 1), { ...result, ...taken }]);
    const [input] = await world.stored<Observation>('Observation', namespace);
    const bot = { reference: 'Bot/00000000-0000-4000-8000-000000000000' };
    const event = { bot, contentType: 'application/fhir+json', input: input as Observation, secrets: {} };
    const flag = await flagCriticalResult(world.medplum, event);
    const task = await world.medplum.searchOne('Task', { focus: `Observation/${input?.id}` });
    const provenance = await world.medplum.searchOne('Provenance', { target: `Flag/${flag?.id}` });
    const record = await erase(namespace, mode);
    for (const made of [flag, task, provenance]) {
      expect(await statusOf(`${made?.resourceType}/${made?.id}`)).toBe(GONE[mode]);
    }
    expect(record.kept).toEqual([]);
  });

  test('whose erasure is killed anywhere is erased by the next run, and each resource is counted once', async () => {
    const lines = [...LINES.slice(0, 4), ...LINES.slice(-2)];
    await load(`whole-${mode}`, lines);
    const whole = await erase(`whole-${mode}`, mode);
    for (let sent = 0; sent < 40; sent++) {
      const namespace = `killed-${mode}-${sent}`;
      await load(namespace, lines);
      const record = new Memory();
      const { died, ...clients } = dyingAfter(sent);
      const dying = erase(namespace, mode, { record, ...clients });
      const ended = await Promise.race([dying.then(() => true), died.then(() => false)]);
      await erase(namespace, mode, { record });
      expect(await everything(namespace)).toEqual([]);
      expect(Object.fromEntries(record.erased)).toEqual(Object.fromEntries(whole.erased));
      if (ended) return expect(sent).toBeGreaterThan(6);
    }
    throw new Error('no run came to its end');
  });

  test('is gone where the server could not serialise some of it and says 409', async () => {
    const namespace = `conflicts-${mode}`;
    await load(namespace);
    const { faults } = world.server;
    faults.change({ conflict: { rate: 0.2, seed: 209, times: 20 } });
    try {
      await erase(namespace, mode);
      expect(faults.state().find(({ name }) => name === 'conflict')?.struck).toBeGreaterThan(0);
    } finally {
      faults.reset();
    }
    expect(await everything(namespace)).toEqual([]);
  });

  test('takes no transaction any more that was under way', async () => {
    const namespace = `zombie-${mode}`;
    await load(namespace);
    const [seen] = await findLanes(world.medplum, namespace, 1);
    const lane = await Lane.take(world.medplum, namespace, 0, 'killed-run', seen);
    await erase(namespace, mode);
    const basic: Basic = { resourceType: 'Basic', meta: { source: `urn:late:${mode}` }, code: { text: 'late' } };
    const entry = JSON.stringify({ request: { method: 'POST', url: 'Basic' }, resource: basic });
    await lane.transact([entry]).catch(() => undefined);
    expect(await world.medplum.searchResources('Basic', { _source: `urn:late:${mode}` })).toHaveLength(0);
  });
});

test('a lane that the last request of a killed run takes away meanwhile is closed', async () => {
  await load('late-end');
  const expungeFirst = async (url: string | URL): Promise<void> => {
    const id = String(url).split('/').pop();
    await admin.post(admin.fhirUrl('Basic', id ?? '', '$expunge'), {});
  };
  const medplum = new Proxy(world.medplum, {
    get: (target, name) => {
      if (name !== 'put') return Reflect.get(target, name);
      return async (...args: Parameters<MedplumClient['put']>) => {
        await expungeFirst(args[0]);
        return target.put(...args);
      };
    },
  });
  await erase('late-end', 'expunged', { medplum });
  expect(await everything('late-end')).toEqual([]);
});

/**
 * The clients of a process that is killed when it has sent so many batches: by turns the last one still reaches the server,
 * or does not.
 */
function dyingAfter(batches: number): { medplum: MedplumClient; admin: MedplumClient; died: Promise<unknown> } {
  const clients = [mortalClient(world.medplum), mortalClient(admin)] as const;
  const kill = (): void => {
    for (const client of clients) client.kill();
  };
  let left = batches;
  const counted = ({ medplum }: MortalClient): MedplumClient =>
    new Proxy(medplum, {
      get: (target, name) => {
        const member = Reflect.get(target, name);
        if (name !== 'executeBatch') return member;
        return (...args: [Bundle]) => {
          const isLast = left-- === 0;
          if (isLast && batches % 2 === 0) kill();
          const answer = (member as MedplumClient['executeBatch'])(...args);
          if (isLast) kill();
          return answer;
        };
      },
    });
  const [medplum, other] = [counted(clients[0]), counted(clients[1])];
  return { medplum, admin: other, died: clients[0].died };
}

test('what was deleted here goes with its history, and so does what a killed import uploaded', async () => {
  await load('deleted-before');
  const [gone] = await world.stored<Observation>('Observation', 'deleted-before');
  await world.medplum.deleteResource('Observation', gone?.id ?? '');
  const upload = await world.medplum.createBinary({ data: 'unused', contentType: 'text/plain' });
  const { erased } = await erase('deleted-before', 'expunged', { uploads: [upload.id ?? ''] });
  expect(erased.get('Observation')).toBe(OBSERVATIONS);
  expect([await statusOf(`Observation/${gone?.id}`), await statusOf(`Binary/${upload.id}`)]).toEqual([404, 404]);
});

test('a document that the source replaced goes too: an older version names it', async () => {
  await load('replaced');
  const [old] = (await binariesOf('replaced')).slice(-1);
  const changed = LINES.map((line) => {
    const isBinary = typeof line === 'object' && 'data' in line;
    return isBinary ? { ...line, data: randomBytes(300).toString('base64') } : line;
  });
  await importFile(world.medplum, { file: await world.writeFile(changed), connection: 'replaced', patient: chart });
  expect((await binariesOf('replaced')).slice(-1)).not.toEqual([old]);
  await erase('replaced', 'expunged');
  expect(await statusOf(old ?? '')).toBe(404);
});
