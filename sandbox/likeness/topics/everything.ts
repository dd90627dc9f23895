import type { Bundle } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import type { World } from '../open-world.ts';
import { recordOf } from '../record/record-of.ts';
import { said } from '../said.ts';

async function ask(world: World, query: string): Promise<string> {
  const { at, found } = await recordOf(world);
  const answer = await world.member.call('GET', at(`Patient/{kim}/$everything${query}`));
  return answer.status === 200 ? found(answer) : said(answer);
}

const queries: readonly [query: string, answer: string][] = [
  ['', '+doc +med +org +org2 cond enc grp imm kim mreq o1 o2 prov qr rep risk'],
  ['?_type=Observation&_type=Encounter', '+doc +org +org2 enc kim o1 o2'],
  ['?_type=Observation', '400 types.push is not a function'],
  ['?_type=Foo&_type=Bar', '400 Unknown resource type'],
  ['?_since=2099-01-01T00:00:00Z', ''],
  ['?_since=x', '400 Invalid date value: x'],
  ['?start=2021-01-15', '+doc +org +org2 cond grp kim o2 prov qr rep risk'],
  ['?end=2020-06-01', '+doc +org +org2 cond grp imm kim prov qr rep risk'],
  ['?start=x', '+doc +med +org +org2 cond enc grp imm kim mreq o1 o2 prov qr rep risk'],
  ['?start=a&start=b', '400 Expected 0..1 value(s) for input parameter start, but 2 provided'],
  ['?_count=x', "400 Invalid value 'x' provided for integer parameter '_count'"],
  ['?_count=0', ''],
];

/** `Patient/:id/$everything`. */
export const everything = [
  ...queries.map(([query, answer]) => likeness(query || 'as it is', answer, (world) => ask(world, query))),

  likeness(
    'its links lead to a plain search of the compartment',
    [['self', 'first', 'next'], ['_compartment', '_count', '_sort', '_type', '_offset'], 3],
    async (world) => {
      const { at } = await recordOf(world);
      const { link = [] } = (await world.member.call('GET', at('Patient/{kim}/$everything?_count=3'))).json as Bundle;
      const next = new URL(link.find(({ relation }) => relation === 'next')?.url ?? '');
      const page = (await world.member.call('GET', next.pathname + next.search)).json as Bundle;
      const keys = [...next.searchParams.keys()];
      return [
        link.map(({ relation }) => relation),
        ['_compartment', '_count', '_sort', '_type', '_offset'].filter((key) => keys.includes(key)),
        page.entry?.length,
      ];
    },
  ),

  likeness(
    'of a patient who is deleted, or never was',
    ['410 Gone', '404 Not found', '404 Not found'],
    async (world) => {
      const { at } = await recordOf(world);
      const paths = ['Patient/{gone}/$everything', 'Patient/x/$everything', 'Practitioner/{doc}/$everything'];
      const answers: string[] = [];
      for (const path of paths) answers.push(said(await world.member.call('GET', at(path))));
      return answers;
    },
  ),

  likeness(
    'inside a batch, beside GraphQL',
    [
      ['200', 3],
      ['200', null],
    ],
    async (world) => {
      const { at } = await recordOf(world);
      const entry = [
        { request: { method: 'GET', url: at('Patient/{lee}/$everything') } },
        { request: { method: 'POST', url: '$graphql' }, resource: { query: at('{ Patient(id: "{lee}") { id } }') } },
      ];
      const answer = (await world.member.call('POST', '', { resourceType: 'Bundle', type: 'batch', entry }))
        .json as Bundle;
      return answer.entry?.map(({ response, resource }) => [response?.status, (resource as Bundle).entry?.length]);
    },
  ),
];
