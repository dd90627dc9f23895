import { isResourceType } from '@medplum/core';
import { formatSourceKey, type SourceKey } from '../../contract/source-key.ts';
import type { LoadContext } from '../load-context.ts';
import { metaSource } from '../meta-source.ts';
import type { ParsedReference } from '../parse-reference.ts';
import { type Member, makeMember, type OutsideIds, targetKey } from '../shape/compose-entry.ts';
import type { PreparedResource } from '../shape/prepare-resource.ts';
import { lookUp, probeTypes, type StoredVersion, searchedType } from './look-up.ts';
import { passDeleted } from './pass-deleted.ts';

/** Prepared rows of one window with what the store has of them, and of what they refer to outside the export. */
export interface MatchedWindow {
  readonly components: readonly (readonly Member[])[];
  readonly outside: OutsideIds;
}

/** What was asked of the store, and what it had, both by `meta.source`. */
export interface Known {
  readonly asked: ReadonlySet<string>;
  readonly found: ReadonlyMap<string, StoredVersion>;
}

const NOTHING: Known = { asked: new Set(), found: new Map() };

/** The key of what a reference to outside the export may mean in the store: one, or none. */
export function outsideKey(parsed: ParsedReference): SourceKey[] {
  if (parsed.kind !== 'literal' || !isResourceType(parsed.resourceType)) return [];
  return [{ resourceType: parsed.resourceType, id: parsed.id }];
}

/** Finds in the store what an earlier import of the namespace left there. */
export class Matcher {
  readonly #context: LoadContext;
  /** Types asked for so far, perhaps without an answer yet: windows are asked for ahead. */
  readonly #asked = new Map<string, Promise<void>>();
  /** Those of them that hold anything of the namespace: on a first import, none. */
  readonly #held = new Set<string>();

  constructor(context: LoadContext) {
    this.#context = context;
  }

  /** Those of these types of which the store holds anything of the namespace. */
  async held(types: readonly string[]): Promise<ReadonlySet<string>> {
    await this.#probe(types);
    return this.#held;
  }

  /** What the store has of those of these keys of whose type it holds anything. */
  async find(keys: readonly SourceKey[]): Promise<Known> {
    const { medplum, origin, signal } = this.#context;
    const held = await this.held(keys.map(({ resourceType }) => resourceType));
    const sought = keys.filter(({ resourceType }) => held.has(searchedType(resourceType)));
    return {
      asked: new Set(sought.map((key) => metaSource(origin.namespace, key))),
      found: await lookUp(medplum, origin.namespace, sought, signal),
    };
  }

  /**
   * `known` is what {@link find} gave before for some of the rows and of what they refer to. `isRevisit`: the rows were
   * settled before and are only completed.
   */
  async match(
    prepared: readonly (readonly PreparedResource[])[],
    { known = NOTHING, isRevisit = false }: { known?: Known; isRevisit?: boolean } = {},
  ): Promise<MatchedWindow> {
    const { earlier, medplum, origin, signal, states } = this.#context;
    const flat = prepared.flat();
    const far = [...this.#farTargets(flat).values()];
    const keys = [...flat, ...far].map(({ key }) => key);
    const unasked = keys.filter((key) => !known.asked.has(metaSource(origin.namespace, key)));
    const found = isRevisit
      ? await lookUp(medplum, origin.namespace, unasked, signal)
      : (await this.find(unasked)).found;
    const stored = (key: SourceKey): StoredVersion | undefined => {
      const source = metaSource(origin.namespace, key);
      return found.get(source) ?? known.found.get(source);
    };

    const outside = new Map<string, string>();
    for (const { key, row } of far) {
      const version = stored(key);
      if (version && row === -1) outside.set(formatSourceKey(key), version.id);
      if (version && row !== -1) states.setStored(row, version.id);
    }
    const matched = prepared.map((members) => members.map((one) => makeMember(one, stored(one.key), isRevisit)));
    const components = await passDeleted(this.#context, matched, ({ prepared: { row } }) => earlier?.targetOf(row));
    for (const { prepared: one, stored: version } of components.flat())
      if (version) states.setStored(one.row, version.id);
    return { components, outside };
  }

  /** What the rows refer to that is neither in the window nor behind it. */
  #farTargets(prepared: readonly PreparedResource[]): Map<string, { key: SourceKey; row: number }> {
    const { index, states } = this.#context;
    const near = new Set(prepared.map(({ row }) => row));
    const far = new Map<string, { key: SourceKey; row: number }>();
    const isNear = (row: number): boolean => near.has(row) || !states.isUnseen(row);
    // The index has what a line says as numbers; what a repair made of it must be looked up by its text.
    const isSurelyNear = ({ row, repairs }: PreparedResource): boolean =>
      repairs.length === 0 && !index.leavesExport(row) && index.targets(row).every(isNear);
    for (const { parsed } of prepared.filter((one) => !isSurelyNear(one)).flatMap(({ links }) => links)) {
      const row = index.rowOfReference(parsed);
      if (row !== -1 && isNear(row)) continue;
      const keys = row === -1 ? outsideKey(parsed) : [targetKey(index, row, parsed)];
      for (const key of keys) far.set(formatSourceKey(key), { key, row });
    }
    return far;
  }

  async #probe(resourceTypes: readonly string[]): Promise<void> {
    const types = [...new Set(resourceTypes.map(searchedType))];
    const fresh = types.filter((type) => !this.#asked.has(type));
    if (fresh.length > 0) {
      const answer = this.#ask(fresh);
      for (const type of fresh) this.#asked.set(type, answer);
    }
    await Promise.all(types.map((type) => this.#asked.get(type)));
  }

  async #ask(types: readonly string[]): Promise<void> {
    const { medplum, origin, signal } = this.#context;
    for (const type of await probeTypes(medplum, origin.namespace, types, signal)) this.#held.add(type);
  }
}
