import type { MedplumClient } from '@medplum/core';
import type { Patient, Resource } from '@medplum/fhirtypes';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type GeneratorOptions, generateExport } from '../../sandbox/generator/generate-export.ts';
import { connectionListSchema } from '../contract/connection.ts';
import { connectionAttemptSchema } from '../contract/connection-attempt.ts';
import { sourceRoot } from '../contract/source-key.ts';
import { KIM, storeChart } from './connect-chart.ts';
import { eventually, startWorld, type World } from './start-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  await world.close();
});

const PERSONA: GeneratorOptions = { seed: 77, resources: 120, documentBytes: 700, idStyle: 'uuid', patient: KIM };

/** Types whose every resource of an export is searched for by its Patient. */
const SEARCHED = ['AllergyIntolerance', 'Condition', 'DiagnosticReport', 'Encounter', 'Immunization', 'Observation'];

/** A patient of the practice who has signed in to its page. */
async function patientAtTheirPage(): Promise<{ patient: Patient & { id: string }; page: MedplumClient }> {
  const practice = await world.signIn('clinician@example.com');
  const patient = await storeChart(practice);
  return { patient, page: await world.signInAs(patient) };
}

/** The patient signs in at the portal inside Stitch's iframe; what the page's `eventBus` listener is given of it. */
async function throughStitch(attempt: { externalId: string; externalState: string }): Promise<{ data: string }> {
  const { externalId, externalState } = attempt;
  const connection = await world.fasten.createConnection({ persona: PERSONA, externalId, externalState });
  const data = {
    org_connection_id: connection.orgConnectionId,
    connection_status: 'authorized',
    platform_type: connection.platformType,
    external_id: externalId,
    external_state: externalState,
  };
  return { data: JSON.stringify({ api_mode: 'test', event_type: 'patient.connection_success', data }) };
}

/** Keys of the export by type. */
function keysOf(type: string): string[] {
  const lines = [...generateExport(PERSONA)].map((line) => JSON.parse(line) as Resource);
  return [...new Set(lines.filter(({ resourceType }) => resourceType === type).map(({ id }) => `${type}/${id}`))];
}

test('from the event of the widget in the browser to records that the patient finds with their own token', async () => {
  const { patient, page } = await patientAtTheirPage();

  // The page begins an attempt and hands its settings to Stitch; Stitch tells of the connection.
  const initiated = await world.call(page, 'POST', '/connections/initiate', { patientId: patient.id });
  const attempt = connectionAttemptSchema.parse(initiated.body);
  const event = JSON.parse((await throughStitch(attempt)).data);
  const body = { external_state: attempt.externalState, event };
  const completed = await world.call(page, 'POST', '/connections/complete', body);
  const [connection] = connectionListSchema.parse(completed.body).connections;
  expect(connection).toMatchObject({ consentId: attempt.externalId, status: 'active' });

  // Fasten exports and says so by a signed event, which the bridge takes at the first attempt.
  const delivery = await eventually(async () => {
    const sent = world.fasten.deliveries().filter(({ type }) => type === 'patient.ehi_export_success');
    return sent.find(({ state }) => state === 'delivered');
  });
  expect(delivery.attempts.map(({ outcome }) => outcome)).toEqual([200]);

  // The page follows the import to its end.
  const { taskId } = await eventually(async () => {
    const { body: list } = await world.call(page, 'GET', `/connections/${patient.id}`);
    return connectionListSchema.parse(list).connections[0]?.latestImport;
  });
  const authorization = `Bearer ${page.getAccessToken()}`;
  const stream = await fetch(`${world.api}/imports/${taskId}/events`, { headers: { authorization } });
  expect((await stream.text()).trim().split('\n\n').at(-2)).toContain('"phase":"loaded"');

  // Everything of the export is found by a plain FHIR search with the patient's own token, under its source key.
  const root = sourceRoot(connection?.orgConnectionId ?? '');
  for (const type of SEARCHED) {
    const query = `patient=Patient/${patient.id}&_count=1000`;
    const found = await page.searchResources(type as 'Observation', query, { cache: 'reload' });
    const sources = found.map(({ meta }) => meta?.source?.slice(root.length));
    expect([type, sources.toSorted()]).toEqual([type, keysOf(type).toSorted()]);
  }

  // A document is there to be read.
  const [document] = await page.searchResources('DocumentReference', `patient=Patient/${patient.id}`);
  const url = document?.content?.[0]?.attachment?.url ?? '';
  const answer = await fetch(url);
  expect([answer.status, (await answer.arrayBuffer()).byteLength > 0]).toEqual([200, true]);

  // Somebody else finds nothing of it.
  const stranger = await patientAtTheirPage();
  expect(await stranger.page.searchResources('Observation', '_count=1000')).toHaveLength(0);
  expect((await world.call(stranger.page, 'GET', `/data/${patient.id}`)).status).toBe(404);
});
