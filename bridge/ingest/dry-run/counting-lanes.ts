import { randomUUID } from 'node:crypto';
import type { BundleEntry, Resource } from '@medplum/fhirtypes';
import type { Committed } from '../write/lane.ts';
import type { Lanes } from '../write/lane-pool.ts';

/** Lanes that lead nowhere: every bundle counts as committed, with ids that nobody has. */
export class CountingLanes implements Lanes {
  bundles = 0;
  /** Entries of all bundles, each with its lane's fence. */
  writes = 0;
  readonly #lane = { transact: async (entries: readonly string[]) => this.#count(entries) };

  async claim(): Promise<void> {
    // Nobody else takes the one lane.
  }

  async acquire() {
    return this.#lane;
  }

  release(): void {
    // The one lane is never busy.
  }

  async park(): Promise<void> {
    // Nothing was taken.
  }

  #count(entries: readonly string[]): Committed {
    this.bundles++;
    this.writes += entries.length + 1;
    const entry = entries.map((text) => storedEntry(JSON.parse(text)));
    return { kind: 'committed', reply: { resourceType: 'Bundle', type: 'transaction-response', entry } };
  }
}

function storedEntry({ request, resource }: BundleEntry): BundleEntry {
  const id = request?.method === 'PUT' ? resource?.id : randomUUID();
  const stored = { resourceType: resource?.resourceType, id } as Resource;
  return { resource: stored, response: { status: request?.method === 'PUT' ? '200' : '201' } };
}
