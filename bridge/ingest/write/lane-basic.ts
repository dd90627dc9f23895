import { randomUUID } from 'node:crypto';
import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Basic } from '@medplum/fhirtypes';
import {
  BRIDGE_CODE_SYSTEM,
  LANE_CODE,
  LANE_EXTENSION,
  LANE_SYSTEM,
  ORG_CONNECTION_SYSTEM,
} from '../../contract/identifiers.ts';
import { PermanentError } from '../../errors.ts';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';

/** What a lane's Basic says. */
export interface LaneState {
  readonly run: string;
  /** Number of the last bundle that committed in this lane under this run. */
  readonly bundle: number;
  readonly isParked: boolean;
}

/** How often a lane is read and moved before it counts as unsettled; each reading waits for the server by itself. */
export const SETTLE_TRIES = 7;

/** Code of the error with which the one of two runs stops that another took over. */
export const IMPORT_RUNNING = 'import-running';

/** The lanes that earlier runs left in this namespace. */
export async function findLanes(
  medplum: MedplumClient,
  namespace: string,
  count: number,
): Promise<(Basic | undefined)[]> {
  const values = Array.from({ length: count }, (_, number) => `${LANE_SYSTEM}|${laneName(namespace, number)}`);
  const query = `identifier=${encodeURIComponent(values.join(','))}&_count=${count * 2}`;
  const found = await retryRead(() => medplum.searchResources('Basic', query, { cache: 'reload' }));
  return values.map((_, number) => found.find((lane) => lane.identifier?.[0]?.value === laneName(namespace, number)));
}

/** Makes sure that nothing which an earlier run sent through this lane can still commit. Returns the lane as it is then. */
export async function fenceOff(medplum: MedplumClient, lane: Basic, run: string): Promise<Basic> {
  if (laneState(lane).isParked) return lane;
  return updateFrom(medplum, lane, withState(lane, { run, bundle: 0, isParked: true }));
}

/**
 * Moves a lane on, parked or not, for a run that erases: neither a transaction under way nor a run that has looked at the lane
 * before can write through it any more. Throws PermanentError `import-running` when another run is quicker.
 */
export function closeLane(medplum: MedplumClient, lane: Basic, run: string): Promise<Basic> {
  return updateFrom(medplum, lane, withState(lane, { run, bundle: 0, isParked: true }));
}

/** What a lane says of itself; one that says nothing belongs to no run. */
export function laneState(lane: Basic): LaneState {
  const parts = lane.extension?.find((extension) => extension.url === LANE_EXTENSION)?.extension ?? [];
  const part = (url: string) => parts.find((extension) => extension.url === url);
  return {
    run: part('run')?.valueString ?? '',
    bundle: part('bundle')?.valueInteger ?? 0,
    isParked: part('parked')?.valueBoolean ?? false,
  };
}

/** Updates the lane until it took: a zombie may move it once, an earlier try of ours may have been carried out unseen. */
export async function updateFrom(medplum: MedplumClient, seen: Basic, next: Basic): Promise<Basic> {
  let current = seen;
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    try {
      return await updateOnce(medplum, current, { ...next, id: current.id } as Basic);
    } catch (error) {
      if (!isLate(error) && !(error instanceof LostReplyError)) throw error;
    }
    current = await readLane(medplum, current.id);
    const { run } = laneState(current);
    if (run !== laneState(seen).run && run !== laneState(next).run) throw importRunning();
  }
  throw new LostReplyError('lane-unsettled');
}

/**
 * By search: a read by id comes from the server's cache, in which the older of two versions can stay for a day when two
 * writers ended at once, as a killed run's transaction and the next run's fence do (docs/decisions/0021-stale-reads.md).
 */
export async function readLane(medplum: MedplumClient, id = ''): Promise<Basic> {
  const lane = await retryRead(() => medplum.searchOne('Basic', { _id: id }, { cache: 'reload' }));
  if (!lane) throw new LostReplyError('lane-missing');
  return lane;
}

/** A nonce makes every update a new version: an identical PUT makes none on Medplum, and would fence nothing. */
export async function updateOnce(medplum: MedplumClient, current: Basic, next: Basic): Promise<Basic> {
  const url = medplum.fhirUrl('Basic', current.id ?? '');
  const nonce = { url: `${LANE_EXTENSION}-nonce`, valueString: randomUUID() };
  const body = { ...next, extension: [...(next.extension ?? []).filter(({ url: at }) => at !== nonce.url), nonce] };
  return medplum.put(url, body, undefined, { headers: { 'if-match': `W/"${current.meta?.versionId}"` } });
}

function laneName(namespace: string, number: number): string {
  return `${namespace}/${number}`;
}

export function laneResource(namespace: string, number: number, state: LaneState): Basic {
  return withState(
    {
      resourceType: 'Basic',
      meta: { tag: [{ system: ORG_CONNECTION_SYSTEM, code: namespace }] },
      identifier: [{ system: LANE_SYSTEM, value: laneName(namespace, number) }],
      code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: LANE_CODE }] },
    },
    state,
  );
}

export function withState(lane: Basic, state: LaneState): Basic {
  const extension = [
    { url: 'run', valueString: state.run },
    { url: 'bundle', valueInteger: state.bundle },
    { url: 'parked', valueBoolean: state.isParked },
  ];
  return { ...lane, extension: [{ url: LANE_EXTENSION, extension }] };
}

/** For the run that finds its lane in the hands of another. */
export function importRunning(): PermanentError {
  return new PermanentError(IMPORT_RUNNING, 'another import of this connection took over: wait for it, then run again');
}

/** 412: the lane has moved; 409: it is being moved. Which of the two, reading it again tells. */
export function isLate(error: unknown): boolean {
  return error instanceof OperationOutcomeError && [409, 412].includes(getStatus(error.outcome));
}
