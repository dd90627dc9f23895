import type { MedplumClient } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LedgerFindings, type LedgerSearch, ledgerFindingsSchema } from '../contract/ledger-page.ts';
import { connectChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let taskId: string;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  const patient = await clinician.createResource<Patient>({ resourceType: 'Patient', name: [{ family: 'Example' }] });
  await connectChart(world, clinician, patient, {
    persona: { seed: 51, resources: 120, documentBytes: 200, dirt: ['bad-json', 'empty-strings'] },
  });
  const task = await eventually(async () => {
    const held = await clinician.searchResources('Task', 'status=on-hold,completed', { cache: 'reload' });
    const [found] = held;
    if (found?.status !== 'on-hold') return found;
    await world.call(clinician, 'POST', `/imports/${found.id}/accept`);
    return undefined;
  });
  taskId = task.id;
});

afterAll(() => world.close());

async function search(body: Partial<LedgerSearch>): Promise<LedgerFindings> {
  const answer = await world.call(clinician, 'POST', `/imports/${taskId}/ledger/search`, { text: '', ...body });
  expect(answer.status).toBe(200);
  return ledgerFindingsSchema.parse(answer.body);
}

test('lines are found by any part of what is said of them, whatever its case', async () => {
  const { entries } = await search({ _count: 500 });
  const loaded = entries.find(({ disposition }) => disposition === 'created');
  const [type = '', id = ''] = loaded?.key?.split('/') ?? [];
  expect((await search({ text: id.slice(2, 12).toUpperCase() })).entries).toContainEqual(loaded);
  expect((await search({ text: type.toLowerCase(), _count: 500 })).entries).toEqual(
    entries.filter(({ key }) => key?.startsWith(`${type}/`)),
  );
  const aside = entries.filter(({ code }) => code === 'not-json');
  expect(aside.length).toBeGreaterThan(0);
  expect((await search({ text: 'NOT-JSON' })).entries).toEqual(aside);
  expect((await search({ text: 'nothing says this', codes: ['not-json'] })).entries).toEqual(aside);
  expect((await search({ text: 'quarantined', disposition: 'created' })).entries).toEqual([]);
  const repaired = (await search({ repaired: true })).entries;
  expect(repaired.length).toBeGreaterThan(0);
  expect(repaired.every((entry) => 'repairs' in entry)).toBe(true);
});

test('a hash that happens to hold the text is not what was looked for', async () => {
  const { entries } = await search({ _count: 500 });
  const hashes = entries.flatMap((entry) => ('sha256' in entry ? entry.sha256.slice(0, 16) : []));
  expect((await search({ text: hashes[0] ?? '' })).entries).toEqual([]);
});

test('pages follow each other without a gap', async () => {
  const all = (await search({ text: 'observation', _count: 500 })).entries;
  const found: unknown[] = [];
  let cursor: number | undefined = 0;
  while (cursor !== undefined) {
    const page: LedgerFindings = await search({ text: 'observation', _count: 7, cursor });
    found.push(...page.entries);
    cursor = page.cursor;
  }
  expect(all.length).toBeGreaterThan(7);
  expect(found).toEqual(all);
});

test('what is looked for stands in no address, and what cannot be asked is refused', async () => {
  await search({ text: 'Zyxwvut' });
  expect(world.log()).not.toContain('Zyxwvut');
  const refused = await world.call(clinician, 'POST', `/imports/${taskId}/ledger/search`, { text: 'a', other: 1 });
  expect(refused).toMatchObject({ status: 400, body: { issue: [{ code: 'invalid' }] } });
});
