import { expect, test } from 'vitest';
import { indexRows } from '../../test/index-rows.ts';
import { Documents } from '../documents/documents.ts';
import type { LoadContext } from '../load-context.ts';
import { RowStates } from '../row-states.ts';
import { makeMember } from '../shape/compose-entry.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import { prepareResource } from '../shape/prepare-resource.ts';
import type { Committer } from './committer.ts';
import { MAX_ENTRIES } from './draft.ts';
import { Loader } from './loader.ts';

test('what waits for a bundle on its way goes behind what does not, and so does what refers to it', async () => {
  await loadDefinitions();
  const first = Array.from({ length: MAX_ENTRIES }, (_, at) => ({ key: `Observation/${at}` }));
  const rows = [
    ...first,
    { key: 'Observation/starts-the-next-bundle' },
    { key: 'Observation/waits', references: ['Observation/0'] },
    { key: 'Observation/waits-for-that', references: ['Observation/waits'] },
    { key: 'Observation/free' },
  ];
  const index = indexRows(rows);
  const states = new RowStates(rows.length);
  const context = {
    hasTransactions: true,
    origin: { namespace: 'c', exportId: 'e' },
    index,
    states,
    documents: new Documents(),
    binding: { kind: 'none' },
    retrieved: new Date(),
  } as unknown as LoadContext;
  const sent: string[][] = [];
  const committer: Committer = {
    admit: async () => async (work) => {
      const members = work.components.flat();
      sent.push(members.map(({ prepared }) => prepared.key.id));
      await new Promise(setImmediate);
      for (const { prepared, urn } of members) states.setStored(prepared.row, urn.slice('urn:uuid:'.length), true);
    },
    claim: async () => undefined,
    confirm: async () => undefined,
    close: async () => undefined,
  };
  const components = rows.map(({ key, references = [] }: { key: string; references?: string[] }, row) => {
    const [resourceType = '', id = ''] = key.split('/');
    const hasMember = references.map((reference) => ({ reference }));
    const source = {
      resourceType,
      id,
      status: 'final',
      code: { text: 'x' },
      ...(references.length > 0 && { hasMember }),
    };
    const prepared = prepareResource(row, { resourceType, id }, source, undefined);
    if (!('links' in prepared)) throw new Error('not valid');
    return [makeMember(prepared, undefined)];
  });
  const loader = new Loader(context, committer);
  await loader.placeAll(components, new Map());
  await loader.finish();
  expect(sent.map((ids) => ids.slice(0, 3))).toEqual([
    ['0', '1', '2'],
    ['starts-the-next-bundle', 'free'],
    ['waits', 'waits-for-that'],
  ]);
});
