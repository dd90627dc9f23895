import { setTimeout as sleep } from 'node:timers/promises';
import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Basic, Bundle, BundleEntry, OperationOutcome } from '@medplum/fhirtypes';
import { LANE_SYSTEM } from '../../contract/identifiers.ts';
import { LostReplyError } from '../../medplum/client/lost-reply-error.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import {
  importRunning,
  isLate,
  laneResource,
  laneState,
  readLane,
  SETTLE_TRIES,
  updateFrom,
  updateOnce,
  withState,
} from './lane-basic.ts';

/** How a transaction ended. `unknown` never comes out: a lost reply is settled before this is returned. */
export type Committed =
  | { readonly kind: 'committed'; readonly reply: Bundle | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly outcome: OperationOutcome }
  | { readonly kind: 'not-committed' };

/**
 * How long to wait for a batch that may never have arrived. Going on too early is safe, since every entry is conditional;
 * it costs conflicts.
 */
const BATCH_WAITS_MS: readonly number[] = [50, 200, 1_000];

type StoredLane = Basic & { id: string; meta: { versionId: string } };

/** Told how a transaction of so many entries ended. */
type OnEnd = (ended: Committed, entries: number) => void;

/**
 * One sequence of transactions of which at most one is under way, fenced by a Basic: every transaction ends with an update
 * of it that demands its last known version. A transaction whose reply was lost has therefore either committed, or can
 * never commit once the Basic was updated by somebody else (docs/decisions/0001-lanes.md).
 */
export class Lane {
  readonly #medplum: MedplumClient;
  readonly #run: string;
  readonly #onEnd: OnEnd | undefined;
  #stored: StoredLane;
  #bundle = 0;

  private constructor(medplum: MedplumClient, run: string, stored: StoredLane, onEnd: OnEnd | undefined) {
    this.#medplum = medplum;
    this.#run = run;
    this.#stored = stored;
    this.#onEnd = onEnd;
  }

  /**
   * Takes lane `number` of a namespace for this run: whatever an earlier run still had under way in it is dead
   * afterwards. Throws PermanentError `import-running` when `seen`, the lane as it was when this run began to read, has
   * moved since: what was read may be outdated. `onEnd` is told how each transaction ended.
   */
  static async take(
    medplum: MedplumClient,
    namespace: string,
    number: number,
    run: string,
    seen: Basic | undefined,
    onEnd?: OnEnd,
  ): Promise<Lane> {
    const fresh = laneResource(namespace, number, { run, bundle: 0, isParked: false });
    const value = fresh.identifier?.[0]?.value;
    const query = `identifier=${encodeURIComponent(`${LANE_SYSTEM}|${value}`)}`;
    const stored = seen
      ? await updateFrom(medplum, seen, fresh)
      : await retryRead(() => medplum.createResourceIfNoneExist(fresh, query));
    if (laneState(stored).run !== run) throw importRunning();
    return new Lane(medplum, run, stored as StoredLane, onEnd);
  }

  /**
   * Sends the entries (JSON texts) as one transaction and says how it ended. Only a committed one has done anything.
   * Throws LostReplyError when the server stays unreachable, PermanentError `import-running` when another run took over.
   */
  async transact(entries: readonly string[]): Promise<Committed> {
    const ended = await this.#transact(entries);
    this.#onEnd?.(ended, entries.length);
    return ended;
  }

  async #transact(entries: readonly string[]): Promise<Committed> {
    const number = this.#bundle + 1;
    const fence = JSON.stringify(this.#fenceEntry(number));
    const body = `{"resourceType":"Bundle","type":"transaction","entry":[${[...entries, fence].join(',')}]}`;
    try {
      const reply: Bundle = await this.#medplum.post(this.#medplum.fhirUrl(), body, 'application/fhir+json');
      this.#advance(number, committedLane(reply));
      return { kind: 'committed', reply };
    } catch (error) {
      if (error instanceof LostReplyError) return this.#settle(number);
      if (error instanceof OperationOutcomeError) return this.#refused(error.outcome);
      throw error;
    }
  }

  /**
   * Sends the entries (JSON texts) as one batch, in which each succeeds or fails alone, and gives what became of them;
   * undefined when nobody knows. The lane's own update at the end undoes nothing, it shows whether another run took over:
   * throws PermanentError `import-running` then.
   */
  async batch(entries: readonly string[]): Promise<BundleEntry[] | undefined> {
    const number = this.#bundle + 1;
    const fence = JSON.stringify(this.#fenceEntry(number));
    const body = `{"resourceType":"Bundle","type":"batch","entry":[${[...entries, fence].join(',')}]}`;
    try {
      const reply: Bundle = await this.#medplum.post(this.#medplum.fhirUrl(), body, 'application/fhir+json');
      const lane = reply.entry?.at(-1);
      if (lane?.response?.status === '200') this.#advance(number, committedLane(reply));
      else if (lane?.response?.status === '412') await this.#reread();
      return reply.entry ?? [];
    } catch (error) {
      if (!(error instanceof LostReplyError)) throw error;
      await this.#awaitBatch(number);
      return undefined;
    }
  }

  /** Says that no transaction of this lane is under way any more, so that the next run need not fence it. */
  async park(): Promise<void> {
    const state = { run: this.#run, bundle: this.#bundle, isParked: true };
    await updateFrom(this.#medplum, this.#stored, withState(this.#stored, state));
  }

  #advance(number: number, stored: StoredLane): void {
    this.#bundle = number;
    this.#stored = stored;
  }

  async #refused(outcome: OperationOutcome): Promise<Committed> {
    const status = getStatus(outcome);
    if (status === 412) await this.#reread();
    return { kind: 'refused', status, outcome };
  }

  /** After a lost reply: the batch may still be running, and moves the lane when it is through. */
  async #awaitBatch(number: number): Promise<void> {
    for (const waitMs of BATCH_WAITS_MS) {
      await this.#reread();
      this.#bundle = Math.max(this.#bundle, laneState(this.#stored).bundle);
      if (this.#bundle === number) return;
      await sleep(waitMs);
    }
  }

  /** After a lost reply: finds out whether the bundle committed, and if not, makes sure that it never will. */
  async #settle(number: number): Promise<Committed> {
    for (let tries = 0; tries < SETTLE_TRIES; tries++) {
      await this.#reread();
      if (laneState(this.#stored).bundle === number) {
        this.#bundle = number;
        return { kind: 'committed', reply: undefined };
      }
      if (await this.#fence()) return { kind: 'not-committed' };
    }
    throw new LostReplyError('lane-unsettled');
  }

  /** Moves the lane on without committing anything. False when somebody, perhaps the lost bundle, was faster. */
  async #fence(): Promise<boolean> {
    const next = withState(this.#stored, { run: this.#run, bundle: this.#bundle, isParked: false });
    try {
      this.#stored = (await updateOnce(this.#medplum, this.#stored, next)) as StoredLane;
      return true;
    } catch (error) {
      if (isLate(error) || error instanceof LostReplyError) return false;
      throw error;
    }
  }

  async #reread(): Promise<void> {
    const stored = await readLane(this.#medplum, this.#stored.id);
    if (laneState(stored).run !== this.#run) throw importRunning();
    this.#stored = stored as StoredLane;
  }

  #fenceEntry(number: number): BundleEntry {
    const resource = withState(this.#stored, { run: this.#run, bundle: number, isParked: false });
    const { id, meta } = this.#stored;
    return { request: { method: 'PUT', url: `Basic/${id}`, ifMatch: `W/"${meta.versionId}"` }, resource };
  }
}

function committedLane(reply: Bundle): StoredLane {
  const lane = reply.entry?.at(-1)?.resource;
  if (lane?.resourceType !== 'Basic' || !lane.id || !lane.meta?.versionId) throw new LostReplyError('incomplete-reply');
  return lane as StoredLane;
}
