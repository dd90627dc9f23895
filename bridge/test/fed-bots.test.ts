import type { MedplumClient } from '@medplum/core';
import type { AuditEvent, Flag, Observation } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectChart, storeChart, UNMISTAKABLE } from './connect-chart.ts';
import { deployToWorld, feedsOf } from './deploy-to-world.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;
let clinician: MedplumClient;
let admin: MedplumClient;
/** `Patient/<id>` whose record the import brings. */
let subject: string;

beforeAll(async () => {
  world = await startWorld();
  clinician = await world.signIn('clinician@example.com');
  admin = await deployToWorld(world);
});

afterAll(async () => {
  await world.close();
});

const BOTS_OF_RESULTS = ['find-duplicates', 'flag-critical-results', 'normalise-codes'];

async function idsOf(names: readonly string[]): Promise<string[]> {
  const bots = await admin.searchResources('Bot', { _count: '100' }, { cache: 'reload' });
  return names.map((name) => bots.find((bot) => bot.name === name)?.id ?? 'none');
}

/** How often a bot was run with a resource: by its feed, and by an event. */
async function runsOf(botId: string, reference: string): Promise<{ fed: number; byEvent: number }> {
  const query = { entity: reference, _count: '100' };
  const all: readonly AuditEvent[] = await admin.searchResources('AuditEvent', query, { cache: 'reload' });
  const runs = all.filter(({ source }) => source.observer.reference === `Bot/${botId}`);
  const isByEvent = ({ entity = [] }: AuditEvent) =>
    entity.some(({ what }) => what?.reference?.startsWith('Subscription/'));
  const byEvent = runs.filter(isByEvent).length;
  return { fed: runs.length - byEvent, byEvent };
}

async function settled(): Promise<void> {
  while (world.medplum.countBotRuns() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('with all bots on, an import ends with the care team asked, and each bot has seen each result once in each version that it did not write', async () => {
  const patient = await storeChart(clinician, UNMISTAKABLE);
  subject = `Patient/${patient.id}`;
  const persona = { seed: 31, resources: 60, documentBytes: 200, patient: UNMISTAKABLE };
  await connectChart(world, clinician, patient, { persona });

  const asked = await eventually(async () => {
    const tasks = await clinician.searchResources('Task', { patient: subject }, { cache: 'reload' });
    return tasks.find(({ focus }) => focus?.reference?.startsWith('Task/'));
  });
  expect(asked.code?.text).toBe('Look through new records');

  const botIds = await idsOf(BOTS_OF_RESULTS);
  await eventually(async () => (botIds.every((botId) => feedsOf(world, botId).length > 0) ? true : undefined));
  await settled();
  expect(botIds.flatMap((botId) => feedsOf(world, botId)).map(({ failed }) => failed)).toEqual([0, 0, 0]);
  const query = { subject, status: 'final,amended,corrected', _count: '1000' };
  const results = await clinician.searchResources('Observation', query, { cache: 'reload' });
  expect(results.length).toBeGreaterThan(0);
  for (const { id } of results) {
    const { entry = [] } = await admin.readHistory('Observation', id);
    const authors = entry.map(({ resource }) => resource?.meta?.author?.reference ?? '');
    for (const botId of botIds) {
      const { fed, byEvent } = await runsOf(botId, `Observation/${id}`);
      const others = authors.filter((author) => author.startsWith('Bot/') && author !== `Bot/${botId}`);
      expect(byEvent, 'what another bot wrote').toBe(others.length);
      // What another bot has changed before it came to it is not fed as it was.
      expect(others.length > 0 ? [0, 1] : [1], 'what was loaded').toContain(fed);
    }
  }
  const flags: readonly Flag[] = await clinician.searchResources('Flag', { subject }, { cache: 'reload' });
  expect(new Set(flags.map(({ identifier }) => identifier?.[0]?.value)).size).toBe(flags.length);
});

test('a clinician’s edit of a loaded result starts each bot that asks for results, once', async () => {
  const query = { subject, status: 'final', _count: '1' };
  const [result] = await clinician.searchResources('Observation', query, { cache: 'reload' });
  if (!result) throw new Error('the import before brought results');
  const botIds = await idsOf(BOTS_OF_RESULTS);
  const before = await Promise.all(botIds.map((botId) => runsOf(botId, `Observation/${result.id}`)));
  await clinician.updateResource<Observation>({ ...result, note: [{ text: 'looked at' }] });
  await settled();
  const after = await Promise.all(botIds.map((botId) => runsOf(botId, `Observation/${result.id}`)));
  expect(after).toEqual(before.map(({ fed, byEvent }) => ({ fed, byEvent: byEvent + 1 })));
});
