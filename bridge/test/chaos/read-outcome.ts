import type { MedplumClient } from '@medplum/core';
import type { AuditEvent, Communication, Task } from '@medplum/fhirtypes';
import { namespaceFromConsent, orgConnectionIdOf } from '../../contract/connection.ts';
import { importStatusFromTask } from '../../contract/import-status.ts';
import { verifyImport } from '../../ingest/ledger/verify-import.ts';
import { MOST_IN_FLIGHT } from '../../ingest/write/flight-limit.ts';
import { findLanes, laneState } from '../../ingest/write/lane-basic.ts';
import { dumpStore } from '../dump-store.ts';
import { exportIdOf, findConnections, findImports } from './find-imports.ts';
import { findVanished } from './find-vanished.ts';
import type { LivedJourney } from './live-journey.ts';
import { portalsOf } from './personas.ts';

/** What a journey has come to, said so that it is equal each time that it is lived, whatever happened on the way. */
export interface Outcome {
  /** One text an import: how it ended, and how many lines ended how. */
  readonly imports: readonly string[];
  /** Topics of the messages to the patient. */
  readonly messages: readonly string[];
  /** What was recorded about the chart: action and subtypes of each AuditEvent. */
  readonly audited: readonly string[];
  /** By source key: what is stored. */
  readonly records: Readonly<Record<string, unknown>>;
  /** Source keys that the newest ledgers tell as no longer sent. */
  readonly vanished: readonly string[];
}

/** What of it is wrong by itself, one sentence each. */
export interface ReadOutcome extends Outcome {
  readonly faults: readonly string[];
  readonly namespaces: readonly string[];
  /** Of its imports, the oldest of each connection first. */
  readonly tasks: readonly Task[];
  /** `org_connection_id` of connections with an import that was cancelled. */
  readonly stopped: readonly string[];
}

const FRESH = { cache: 'reload' } as const;
const ALL = '_count=1000';

/**
 * Reads what has become of a journey, and proves each of its imports anew. What was stopped half-way by the end of its
 * connection proves nothing, and leaves its lanes as they stood.
 */
export async function readOutcome(medplum: MedplumClient, lived: LivedJourney): Promise<ReadOutcome> {
  const { patientId, orgConnectionIds, journey, ended } = lived;
  const portals = Math.min(journey.visits, portalsOf(journey.persona));
  const about = `Patient/${patientId}`;
  const connections = await findConnections(medplum, patientId);
  const active = connections.filter(({ status }) => status === 'active');
  const namespaces = [...new Set(connections.flatMap((consent) => namespaceFromConsent(consent) ?? []))];
  const imports = await Promise.all(
    connections.map(async (consent) => ({ consent, tasks: await findImports(medplum, consent) })),
  );
  const tasks = imports.flatMap((one) => one.tasks);
  const messages: Communication[] = await medplum.searchResources('Communication', `recipient=${about}&${ALL}`, FRESH);
  const events: AuditEvent[] = await medplum.searchResources('AuditEvent', `entity=${about}&${ALL}`, FRESH);
  const faults = [
    ...unequal(
      'connections',
      active.map((consent) => orgConnectionIdOf(consent) ?? '').sort(),
      orgConnectionIds.filter((id) => !ended?.orgConnectionIds.includes(id)),
    ),
    ...(namespaces.length > portals ? [`${portals} portals have ${namespaces.length} namespaces`] : []),
    ...doubled(
      'message',
      messages.map(({ identifier }) => identifier?.[0]?.value),
    ),
    ...doubled('Task', tasks.map(exportIdOf)),
  ];
  const records: Record<string, unknown> = {};
  for (const namespace of namespaces) {
    const dump = await dumpStore(medplum, namespace, undefined, [about]);
    const [twice, odd] = [Object.keys(dump.doubled).length, dump.unexplained.length];
    if (twice > 0) faults.push(`${twice} resources are doubled`);
    if (odd > 0) faults.push(`${odd} resources have another number of versions than of Provenances`);
    if (dump.dangling.length > 0) faults.push(`${dump.dangling.length} references lead nowhere`);
    Object.assign(records, ofAnyRun(dump.resources, patientId, tasks, journey.later !== undefined));
    const own = imports.filter(({ consent }) => namespaceFromConsent(consent) === namespace);
    if (own.some(isStopped)) continue;
    faults.push(...(await findHeldLanes(medplum, namespace)));
    if (own.some(isCompleted)) faults.push(...(await prove(medplum, namespace)));
  }
  const vanished = await findVanished(medplum, journey.later ? tasks : []);
  if (vanished.gone > 0) faults.push(`${vanished.gone} resources that their source no longer sends are gone`);
  return {
    imports: tasks.map(describeImport).sort(),
    messages: topicsOf(messages, portals < journey.visits),
    audited: events.map(({ action, subtype = [] }) => `${action} ${subtype.map(({ code }) => code)}`).sort(),
    records,
    vanished: vanished.keys,
    faults,
    namespaces,
    tasks,
    stopped: imports.filter(isStopped).flatMap(({ consent }) => orgConnectionIdOf(consent) ?? []),
  };
}

const [NEWS, NO_NEWS] = ['Your health records are here', 'Your health records are up to date'];

/**
 * Which of two exports of one namespace brings the news, or both a part of it, is decided by who comes first; and of one that
 * was stopped by the end of its connection the other finds what it had stored.
 */
function topicsOf(messages: readonly Communication[], isShared: boolean): string[] {
  const topics = messages.map(({ topic }) => topic?.text ?? '');
  return (isShared ? topics.map((text) => (text === NO_NEWS ? NEWS : text)) : topics).sort();
}

interface Imports {
  readonly tasks: readonly Task[];
}

function isStopped({ tasks }: Imports): boolean {
  return tasks.some(({ status }) => status === 'cancelled');
}

function isCompleted({ tasks }: Imports): boolean {
  return tasks.some(({ status }) => status === 'completed');
}

/**
 * What was stored by a run that was killed is unchanged for the next; and of two exports of one namespace the older is skipped
 * where it comes second.
 */
function describeImport(task: Task): string {
  const { status, reason, nextStep, counts } = importStatusFromTask(task);
  const { lines = 0, created = 0, updated = 0, unchanged = 0, duplicate, quarantined, skipped = 0 } = counts;
  const passed = created + updated + unchanged + skipped;
  const told = { status, reason, nextStep, lines, passed, duplicate, quarantined };
  return JSON.stringify(told);
}

async function findHeldLanes(medplum: MedplumClient, namespace: string): Promise<string[]> {
  const lanes = await findLanes(medplum, namespace, MOST_IN_FLIGHT);
  const held = lanes.filter((lane) => lane && !laneState(lane).isParked);
  return held.length > 0 ? [`${held.length} lanes are not parked`] : [];
}

async function prove(medplum: MedplumClient, namespace: string): Promise<string[]> {
  const { found } = await verifyImport(medplum, { namespace });
  return Object.entries(found).flatMap(([kind, times]) => (times > 0 ? [`verify finds ${times} ${kind}`] : []));
}

/** Whose chart it is goes into the digest of a line. */
const LINE_DIGEST = /("url":"line","valueString":")[0-9a-f]{64}"/g;

/** Ids of this run are given the names that they have in every run; exports that follow each other are told apart. */
function ofAnyRun(
  resources: Readonly<Record<string, unknown>>,
  patientId: string,
  tasks: readonly Task[],
  isFollowed: boolean,
): Record<string, unknown> {
  let text = JSON.stringify(resources).replaceAll(patientId, 'CHART').replaceAll(LINE_DIGEST, '$1DIGEST"');
  for (const [nth, task] of tasks.entries()) {
    text = text.replaceAll(exportIdOf(task) ?? '', isFollowed ? `EXPORT ${nth + 1}` : 'EXPORT');
  }
  return JSON.parse(text);
}

function unequal(what: string, found: readonly string[], expected: readonly string[]): string[] {
  const isEqual = found.join() === expected.toSorted().join();
  return isEqual ? [] : [`${what}: ${found.length} are active, ${expected.length} were made`];
}

function doubled(what: string, keys: readonly (string | undefined)[]): string[] {
  const twice = keys.filter((key, position) => keys.indexOf(key) !== position);
  return twice.map(() => `a ${what} is doubled`);
}
