import { randomUUID } from 'node:crypto';
import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import { type Answer, statusesOf } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import { createOnce, newSource, newUrn, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said, saidOfEntries } from '../said.ts';

/** A source that so many Patients have, and their ids. */
async function patientsOf(world: World, count: number): Promise<{ source: string; ids: string[] }> {
  const source = newSource(world);
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    ids.push(resourceOf(await world.member.call('POST', 'Patient', patientOf(source))).id);
  }
  return { source, ids };
}

/** What is said for none, one and two matches. */
async function forEachCount(world: World, ask: (source: string) => Promise<Answer>): Promise<string[]> {
  const answers: string[] = [];
  for (const count of [0, 1, 2]) answers.push(said(await ask((await patientsOf(world, count)).source)));
  return answers;
}

async function countOf({ member }: World, source: string): Promise<number> {
  return ((await member.call('GET', `Patient?_source=${source}`)).json as Bundle).entry?.length ?? 0;
}

/** If-None-Exist, conditional update and delete, conditional references, and what happens when they meet. */
export const conditional = [
  likeness(
    'If-None-Exist with no, one and two matches',
    ['201', '200', '412 Multiple resources found matching condition'],
    async (world) =>
      forEachCount(world, (source) =>
        world.member.call('POST', 'Patient', patientOf(source), { 'If-None-Exist': `_source=${source}` }),
      ),
  ),

  likeness('If-None-Exist answers what was found', true, async (world) => {
    const { source, ids } = await patientsOf(world, 1);
    const headers = { 'If-None-Exist': `_source=${source}` };
    const { id } = resourceOf<Patient>(await world.member.call('POST', 'Patient', patientOf(source), headers));
    return id === ids[0];
  }),

  likeness(
    'a conditional update with no, one and two matches',
    ['201', '200', '412 Multiple resources found matching condition'],
    async (world) =>
      forEachCount(world, (source) =>
        world.member.call('PUT', `Patient?_source=${source}`, patientOf(source, { active: true })),
      ),
  ),

  likeness(
    'a conditional update whose body names another id',
    '400 Resource ID did not match resolved ID',
    async (world) => {
      const { source } = await patientsOf(world, 1);
      const body = { ...patientOf(source, { active: true }), id: randomUUID() };
      return said(await world.member.call('PUT', `Patient?_source=${source}`, body));
    },
  ),

  likeness(
    'a conditional update without a match whose body names an id',
    '400 Cannot perform create as update with client-assigned ID',
    async (world) => {
      const source = newSource(world);
      return said(
        await world.member.call('PUT', `Patient?_source=${source}`, { ...patientOf(source), id: randomUUID() }),
      );
    },
  ),

  likeness(
    'a conditional delete with no, one and two matches',
    ['200 All OK', '200 All OK', '412 Multiple resources found matching condition'],
    async (world) => forEachCount(world, (source) => world.member.call('DELETE', `Patient?_source=${source}`)),
  ),

  likeness(
    'a conditional patch with no, one and two matches',
    ['404 Not found', '200', '412 Multiple resources found matching condition'],
    async (world) => {
      const patch = [{ op: 'add', path: '/active', value: true }];
      const headers = { 'Content-Type': 'application/json-patch+json' };
      return forEachCount(world, (source) => world.member.call('PATCH', `Patient?_source=${source}`, patch, headers));
    },
  ),

  likeness(
    'a conditional reference is resolved, and refused where it finds none or two',
    [
      '201 resolved',
      "400 Conditional reference 'Patient?_source=urn:likeness-<id>:<id>' did not match any resources",
      "400 Conditional reference 'Patient?_source=urn:likeness-<id>:<id>' matched multiple resources",
    ],
    async (world) => {
      const answers: string[] = [];
      for (const count of [1, 0, 2]) {
        const { source, ids } = await patientsOf(world, count);
        const answer = await world.member.call('POST', 'Observation', observationOf(`Patient?_source=${source}`));
        const reference = (answer.json as Observation).subject?.reference;
        answers.push(`${said(answer)}${reference === `Patient/${ids[0]}` ? ' resolved' : ''}`);
      }
      return answers;
    },
  ),

  likeness(
    'in a batch, a urn is pointed at what ifNoneExist found',
    ['200 All OK', '201 Created', true],
    async (world) => {
      const { source, ids } = await patientsOf(world, 1);
      const fullUrl = newUrn();
      const entry = [
        createOnce(source, fullUrl),
        { request: { method: 'POST', url: 'Observation' }, resource: observationOf(fullUrl) },
      ];
      const answer = await world.member.call('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
      const { subject } = (answer.json as Bundle<Observation>).entry?.[1]?.resource ?? {};
      return [...saidOfEntries(answer), subject?.reference === `Patient/${ids[0]}`];
    },
  ),

  likeness(
    'two entries with the same ifNoneExist store one and leave a reference to nobody',
    ['201 Created', '200 All OK', '201 Created', '404 Not found', 1],
    async (world) => {
      const source = newSource(world);
      const [one, two] = [newUrn(), newUrn()];
      const entry = [
        createOnce(source, one),
        createOnce(source, two),
        { request: { method: 'POST', url: 'Observation' }, resource: observationOf(two) },
      ];
      const answer = await world.member.call('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
      const { subject } = (answer.json as Bundle<Observation>).entry?.[2]?.resource ?? {};
      const target = await world.member.call('GET', subject?.reference ?? 'Patient/none');
      return [...saidOfEntries(answer), said(target), await countOf(world, source)];
    },
  ),

  likeness('sixteen batches of conditional creates at once lose entries to 409', ['201', '409'], async (world) => {
    const batch = (): Bundle => ({
      resourceType: 'Bundle',
      type: 'batch',
      entry: Array.from({ length: 10 }, () => createOnce(newSource(world))),
    });
    const answers = Array.from({ length: 16 }, () => world.member.call('POST', '', batch()));
    const statuses = (await Promise.all(answers)).flatMap(({ json }) => statusesOf(json));
    return [...new Set(statuses)].toSorted();
  }),

  likeness('one batch of conditional creates alone loses none', ['201'], async (world) => {
    const entry = Array.from({ length: 10 }, () => createOnce(newSource(world)));
    const answer = await world.member.call('POST', '', { resourceType: 'Bundle', type: 'batch', entry });
    return [...new Set(statusesOf(answer.json))];
  }),

  likeness('plain creates at once do not conflict', [201], async (world) => {
    const one = () => world.member.call('POST', 'Patient', patientOf(newSource(world)));
    const answers = await Promise.all(Array.from({ length: 20 }, one));
    return [...new Set(answers.map(({ status }) => status))];
  }),
];
