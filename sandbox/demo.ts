import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { callJson } from './demo/call-json.ts';
import { type Journey, readJourney, USAGE } from './demo/read-journey.ts';
import { signIn } from './demo/sign-in.ts';
import { seed } from './seed.ts';
import { addressesOf } from './supervise/list-children.ts';
import { readSettings } from './supervise/read-settings.ts';
import { UserError } from './supervise/user-error.ts';

/**
 * `npm run demo`: one patient's journey through the running sandbox, as the real world would take it: a Patient in
 * Medplum, a sign-in at a portal, the hand-over to the bridge, export, signed webhook, download and import; for a persona
 * with several sign-ins one after the other. Running it again for the same patient finds everything done.
 */

const POLL_MS = 300;
const PATIENCE_MS = 30 * 60 * 1000;
/** Bots are fed one resource after the other when an import is done. */
const BOTS_PATIENCE_MS = 60_000;

interface World {
  readonly medplum: MedplumClient;
  readonly bridgeApi: string;
  readonly fasten: string;
}

/** What the bridge says of an import; see its contract. */
interface ImportStatus {
  readonly status: string;
  readonly phase?: string;
  readonly reason?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly storedByType: Readonly<Record<string, number>>;
}

async function main(): Promise<void> {
  const journey = readArguments();
  const address = addressesOf(readSettings(process.env));
  const clinician = seed.users[0];
  const medplum = await signIn(address.medplum, clinician?.email ?? '', clinician?.password ?? '');
  const world: World = { medplum, bridgeApi: address.bridgeApi, fasten: address.fasten };
  const patient = await findOrCreatePatient(medplum, journey.chart);
  const name = `${patient.name?.[0]?.given?.[0]} ${patient.name?.[0]?.family}`;
  say(`Patient      ${name}, born ${patient.birthDate}: ${address.medplum}/fhir/R4/Patient/${patient.id}`);
  for (const persona of journey.personas) await bringIn(world, patient, persona);
  await reportBots(medplum, patient.id, journey.isCritical ? BOTS_PATIENCE_MS : 0);
  say(`Look at it   ${address.bridge}/   (${clinician?.email}, ${clinician?.password})`);
}

function readArguments(): Journey {
  try {
    const options = { seed: { type: 'string' }, resources: { type: 'string' }, persona: { type: 'string' } } as const;
    const journey = readJourney(parseArgs({ options }).values);
    if (journey) return journey;
  } catch {
    // The usage says it all.
  }
  throw new UserError(USAGE);
}

async function findOrCreatePatient(medplum: MedplumClient, chart: Journey['chart']): Promise<WithId<Patient>> {
  const { given, family, birthDate, gender } = chart;
  const found = await medplum.searchOne('Patient', { family, given, birthdate: birthDate, active: 'true' });
  const name = [{ given: [given], family }];
  return found ?? (await medplum.createResource({ resourceType: 'Patient', active: true, name, birthDate, gender }));
}

/** One sign-in, and what comes of it. */
async function bringIn(world: World, patient: WithId<Patient>, persona: object): Promise<void> {
  const orgConnectionId = await connect(world, patient, persona);
  say(`Connected    org_connection_id ${orgConnectionId}`);
  const body = { patientId: patient.id, org_connection_id: orgConnectionId };
  await callBridge(world, 'POST', '/connections/complete', body);
  say('Handed over  the bridge asks Fasten for an export and waits for its webhook');
  const { taskId, status } = await watch(world, patient.id, orgConnectionId);
  report(taskId, status);
}

/** A sign-in at a portal, or the one made by an earlier run: the simulator keeps whom a connection is for, and with which record. */
async function connect(world: World, patient: WithId<Patient>, persona: object): Promise<string> {
  const url = `${world.fasten}/admin/connections`;
  const known = (await callJson(url)) as {
    orgConnectionId: string;
    externalId?: string;
    source: { persona?: object };
  }[];
  const earlier = known.find(({ externalId, source }) => {
    const named = Object.entries(persona).filter(([name]) => ['seed', 'id', 'connection'].includes(name));
    const kept = new Map(Object.entries(source.persona ?? {}));
    return externalId === patient.id && named.every(([name, value]) => kept.get(name) === value);
  });
  if (earlier !== undefined) {
    return earlier.orgConnectionId;
  }
  const body = { persona, externalId: patient.id };
  const made = (await callJson(url, { method: 'POST', body: JSON.stringify(body) })) as { orgConnectionId: string };
  return made.orgConnectionId;
}

/** Shows each phase until the import is over. */
async function watch(world: World, patientId: string, orgConnectionId: string) {
  const deadline = Date.now() + PATIENCE_MS;
  let shown = '';
  while (Date.now() < deadline) {
    const list = (await callBridge(world, 'GET', `/connections/${patientId}`)) as {
      connections: { orgConnectionId: string; latestImport?: { taskId: string } }[];
    };
    const connection = list.connections.find((candidate) => candidate.orgConnectionId === orgConnectionId);
    const taskId = connection?.latestImport?.taskId;
    if (taskId !== undefined) {
      const status = (await callBridge(world, 'GET', `/imports/${taskId}`)) as ImportStatus;
      const now = `${status.phase ?? status.status}`;
      if (now !== shown) {
        say(`${shown === '' ? 'Import       ' : '             '}${now}`);
        shown = now;
      }
      if (['completed', 'failed', 'cancelled', 'rejected', 'on-hold'].includes(status.status)) {
        return { taskId, status };
      }
    }
    await delay(POLL_MS);
  }
  throw new UserError('The import did not end in time: see the logs of the bridge.');
}

function report(taskId: string, { status, reason, counts, storedByType }: ImportStatus): void {
  if (status === 'on-hold') {
    say(`On hold      the record may be somebody else's: a person decides on the page of the import, Task/${taskId}`);
    return;
  }
  if (status !== 'completed') {
    throw new UserError(`The import ${status}${reason ? ` (${reason})` : ''}: see Task/${taskId} and the logs.`);
  }
  const { lines = 0, ...dispositions } = counts;
  const endings = Object.entries(dispositions).filter(([, count]) => count > 0);
  say(`Result       ${lines} lines: ${endings.map(([name, count]) => `${count} ${name}`).join(', ')}`);
  const types = Object.entries(storedByType).sort(([, a], [, b]) => b - a);
  say(`Stored       ${types.map(([type, count]) => `${count} ${type}`).join(', ')}`);
}

/** What bots made of it, as soon as the critical result of the record was found; else what there is after a while. */
async function reportBots(medplum: MedplumClient, patientId: string, patienceMs: number): Promise<void> {
  const patient = `Patient/${patientId}`;
  const options = { cache: 'reload' } as const;
  const deadline = Date.now() + patienceMs;
  let flags = await medplum.searchResources('Flag', { patient }, options);
  while (flags.length === 0 && Date.now() < deadline) {
    await delay(POLL_MS);
    flags = await medplum.searchResources('Flag', { patient }, options);
  }
  const messages = await medplum.searchResources(
    'Communication',
    { recipient: patient, _sort: '_lastUpdated' },
    options,
  );
  const tasks = await medplum.searchResources('Task', { patient, status: 'requested' }, options);
  for (const { topic } of messages) say(`Message      ${topic?.text}`);
  for (const { code, description } of tasks) say(`Task         ${code?.text}: ${description}`);
  for (const { code } of flags) say(`Flag         ${code.text}`);
}

async function callBridge(world: World, method: string, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return await callJson(world.bridgeApi + path, init, world.medplum.getAccessToken());
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await main();
} catch (error) {
  const message =
    error instanceof UserError ? error.message : `The demo failed: ${error instanceof Error ? error.message : error}`;
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
