import { isResourceType } from '@medplum/core';
import { formatSourceKey, type SourceKey } from '../contract/source-key.ts';
import { type Member, makeMember, type OutsideIds, targetKey } from './compose-entry.ts';
import type { LoadContext } from './load-context.ts';
import { lookUp, probeTypes, type StoredVersion, searchedType } from './look-up.ts';
import { metaSource } from './meta-source.ts';
import { parseReference } from './parse-reference.ts';
import { passDeleted } from './pass-deleted.ts';
import type { PreparedResource } from './prepare-resource.ts';

/** Prepared rows of one window with what the store has of them, and of what they refer to outside the export. */
export interface MatchedWindow {
  readonly components: readonly (readonly Member[])[];
  readonly outside: OutsideIds;
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

  /** What the store has of these keys, by `meta.source`. */
  find(keys: readonly SourceKey[]): Promise<Map<string, StoredVersion>> {
    const { medplum, origin, signal } = this.#context;
    return lookUp(medplum, origin.namespace, keys, signal);
  }

  /**
   * `known` is what {@link find} gave for these rows, if they were asked for already. `isRevisit`: the rows were settled
   * before and are only completed.
   */
  async match(
    prepared: readonly (readonly PreparedResource[])[],
    { known, isRevisit = false }: { known?: ReadonlyMap<string, StoredVersion> | undefined; isRevisit?: boolean } = {},
  ): Promise<MatchedWindow> {
    const { earlier, origin, states } = this.#context;
    const flat = prepared.flat();
    // A line that is too long to be held was not looked at before.
    const own = flat.filter(({ line }) => !known || line === undefined).map(({ key }) => key);
    const far = [...this.#farTargets(flat).values()];
    const asked = [...own, ...far.map(({ key }) => key)];
    const held = await this.held(asked.map(({ resourceType }) => resourceType));
    const found = await this.find(
      asked.filter(({ resourceType }) => isRevisit || held.has(searchedType(resourceType))),
    );
    const stored = (key: SourceKey): StoredVersion | undefined => {
      const source = metaSource(origin.namespace, key);
      return found.get(source) ?? known?.get(source);
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
    for (const { text } of prepared.flatMap(({ links }) => links)) {
      const parsed = parseReference(text);
      const row = index.rowOfReference(parsed);
      if (row !== -1 && (near.has(row) || !states.isUnseen(row))) continue;
      if (row === -1 && (parsed.kind !== 'literal' || !isResourceType(parsed.resourceType))) continue;
      const key =
        row === -1 && parsed.kind === 'literal'
          ? { resourceType: parsed.resourceType, id: parsed.id }
          : targetKey(index, row, parsed);
      far.set(formatSourceKey(key), { key, row });
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
