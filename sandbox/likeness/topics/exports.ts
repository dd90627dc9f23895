import type { Group } from '@medplum/fhirtypes';
import type { Answer } from '../../medplum/open-sandbox.ts';
import { likeness } from '../likeness.ts';
import type { World } from '../open-world.ts';
import { recordOf } from '../record/record-of.ts';
import { resourceOf, said, withoutIds } from '../said.ts';
import { waitFor } from '../wait-until.ts';

interface Manifest {
  readonly output: readonly { readonly type: string; readonly url: string }[];
}

async function begin(world: World, path: string): Promise<string> {
  const { at } = await recordOf(world);
  const answer = await world.member.call('GET', at(path));
  return new URL(answer.headers.get('Content-Location') ?? '').pathname;
}

function finish(world: World, status: string): Promise<Answer> {
  return waitFor(async () => {
    const answer = await world.member.call('GET', status);
    return answer.status === 202 ? undefined : answer;
  });
}

/** Type, content type and names of each file. */
async function filesOf(world: World, { json }: Answer): Promise<string[]> {
  const { planted } = await recordOf(world);
  const names = new Map([...planted].map(([name, id]) => [id, name]));
  const files = (json as Manifest).output.map(async ({ type, url }) => {
    const reply = await fetch(url);
    const lines = (await reply.text()).split('\n').slice(0, -1);
    const inside = lines.map((line) => names.get(JSON.parse(line).id) ?? 'other').sort();
    return `${type} (${reply.headers.get('Content-Type')}): ${inside.join(' ')}`;
  });
  return (await Promise.all(files)).sort();
}

const NDJSON = '(application/fhir+ndjson)';

/** Bulk `$export`: of a Group, so that a server with much on it need not export everything. */
export const exports = [
  likeness(
    'of a Group: kick-off, manifest and files',
    [
      ['/fhir/R4/bulkdata/export/<id>', 200, 'application/json; charset=utf-8'],
      { request: 'fhir/R4/Group/<id>/$export', requiresAccessToken: false, error: [], deleted: [] },
      [
        `Encounter ${NDJSON}: enc`,
        `Observation ${NDJSON}: o1 o2`,
        `Organization ${NDJSON}: org org2`,
        `Patient ${NDJSON}: kim`,
        `Practitioner ${NDJSON}: doc`,
      ],
    ],
    async (world) => {
      const status = await begin(world, 'Group/{grp}/$export?_type=Observation,Encounter');
      const answer = await finish(world, status);
      const { transactionTime: _time, output: _output, ...rest } = answer.json as Record<string, unknown>;
      const request = withoutIds(String(rest.request).slice(world.baseUrl.length));
      return [
        [withoutIds(status), answer.status, answer.headers.get('Content-Type')],
        { ...rest, request },
        await filesOf(world, answer),
      ];
    },
  ),

  likeness('a cancelled one is gone', ['202 Accepted', '404 Not found', '202 Accepted'], async (world) => {
    const status = await begin(world, 'Group/{grp}/$export?_type=Encounter');
    await finish(world, status);
    const { call } = world.member;
    const cancelled = await call('DELETE', status);
    const after = said(await call('GET', status));
    const again = await call('DELETE', status);
    return [`${cancelled.status} ${cancelled.text}`, after, `${again.status} ${again.text}`];
  }),

  likeness('of a Group without members stays 202', [202, ''], async (world) => {
    const group: Group = { resourceType: 'Group', type: 'person', actual: true };
    const { id } = resourceOf<Group>(await world.member.call('POST', 'Group', group));
    const status = await begin(world, `Group/${id}/$export`);
    // Time enough for one that has something in it.
    await finish(world, await begin(world, 'Group/{grp}/$export?_type=Encounter'));
    const answer = await world.member.call('GET', status);
    return [answer.status, answer.text];
  }),

  likeness('what there is not', ['404 Not found', '404 Not found', '404 Not found', '404 Not found'], async (world) => {
    const { at } = await recordOf(world);
    const { call } = world.member;
    return [
      said(await call('GET', 'Group/x/$export')),
      said(await call('POST', at('Group/{grp}/$export'), {})),
      said(await call('GET', at('Patient/{kim}/$export'))),
      said(await call('GET', 'bulkdata/export/x')),
    ];
  }),
];
