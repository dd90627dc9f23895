import type { LoadContext } from '../load-context.ts';
import { composeEntry, type Decision, isWrite, type Member, type OutsideIds } from '../shape/compose-entry.ts';
import { recompose } from './commit-bundle.ts';
import type { Committer, FoundRow, Work } from './committer.ts';
import { type Component, Draft, MAX_BODY_BYTES, MAX_ENTRIES } from './draft.ts';
import { settleDecision } from './settle-rows.ts';

/** What is written becomes a little longer than what was read. */
const LARGE_BYTES = MAX_BODY_BYTES * 0.8;

/**
 * Packs components into bundles in the order in which they are placed and sends each bundle as soon as it is full, a few
 * at once. A component waits for those bundles that carry what it refers to, so a bundle refers only to itself or to
 * what is stored; without transactions only to what is stored, since an entry may fail alone.
 */
export class Loader {
  readonly #context: LoadContext;
  readonly #committer: Committer;
  readonly #sending = new Map<number, Promise<void>>();
  /** Rows of circles that no bundle can hold whole: stored without some of their references, closed at the end. */
  readonly incomplete: number[] = [];
  /** Rows that no bundle can carry: they go last, each alone. Until then they are unseen. */
  readonly alone: { readonly row: number; readonly isRevisit: boolean }[] = [];
  /** Rows of that kind that were found stored: the run that did it may have been killed before their Provenance followed. */
  readonly unproven: number[] = [];
  #draft: Draft;
  #outside: OutsideIds = new Map();
  #failure: { readonly error: unknown } | undefined;

  constructor(context: LoadContext, committer: Committer) {
    this.#context = context;
    this.#committer = committer;
    this.#draft = new Draft(0, context.maxEntries);
  }

  /**
   * Places components that come in dependency order; those that would have to wait for a bundle on its way go behind the
   * others. `outside` must know every target of theirs that lies outside the export.
   */
  async placeAll(components: readonly Component[], outside: OutsideIds): Promise<void> {
    const behind: Component[] = [];
    const rowsBehind = new Set<number>();
    for (const component of components) {
      const targets = this.#targets(component);
      if (targets.some((row) => rowsBehind.has(row) || this.#isUnderWay(row))) {
        behind.push(component);
        for (const { prepared } of component) rowsBehind.add(prepared.row);
      } else {
        await this.place(component, outside);
      }
    }
    for (const component of behind) await this.place(component, outside);
  }

  /** `outside` must know every target of the component that lies outside the export. */
  async place(component: Component, outside: OutsideIds): Promise<void> {
    this.#outside = outside;
    for (;;) {
      await this.#targetsSettled(component);
      const decisions = await this.#compose(component);
      const writes = decisions.filter(isWrite);
      if (writes.length === 0) {
        this.#noteIncomplete(decisions);
        await this.#committer.confirm(decisions.flatMap(foundRow));
        for (const decision of decisions) this.#settle(decision);
        return;
      }
      const mustGoAlone = this.#context.hasTransactions && component.some(isTakenForReference);
      if (!mustGoAlone && this.#draft.fits(writes)) {
        this.#add(component, decisions);
        return this.#isAwaitedByAll(component) ? this.#flush() : undefined;
      }
      for (const member of component) this.#draft.urns.delete(member.prepared.row);
      if (mustGoAlone || this.#draft.isEmpty) return this.#placeApart(component);
      await this.#flush();
    }
  }

  /** Sends what is left and waits until every bundle has ended. */
  async finish(): Promise<void> {
    await this.#flush();
    await Promise.all(this.#sending.values());
  }

  /** Waits for the bundles on their way, whatever became of them: after this nothing of this run is in flight. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#sending.values());
  }

  #settle(decision: Decision): void {
    const { row, resource } = decision.member.prepared;
    settleDecision(this.#context, decision, new Map());
    const isLong = this.#context.index.place(row).length > LARGE_BYTES;
    const isLarge = isLong && JSON.stringify(resource).length > LARGE_BYTES;
    if (isLarge || isTakenForReference(decision.member)) this.unproven.push(row);
  }

  #add(component: Component, decisions: readonly Decision[]): void {
    for (const { prepared, stored } of component) {
      if (!stored) this.#context.states.setPending(prepared.row, this.#draft.number);
    }
    this.#noteIncomplete(decisions);
    this.#draft.add(component, decisions);
  }

  /** What one bundle cannot hold waits for the Patient: then its bundle is not filled up. */
  #isAwaitedByAll(component: Component): boolean {
    const { binding, index } = this.#context;
    return (
      binding.kind === 'own' &&
      index.size > MAX_ENTRIES &&
      component.some(({ prepared }) => prepared.row === binding.row)
    );
  }

  /** What an earlier run stored before it died may be as incomplete as what this run writes. */
  #noteIncomplete(decisions: readonly Decision[]): void {
    const incomplete = decisions.filter((decision) => decision.isIncomplete);
    this.incomplete.push(...incomplete.map((decision) => decision.member.prepared.row));
  }

  async #compose(component: Component): Promise<Decision[]> {
    const named = this.#context.hasTransactions ? component : [];
    for (const member of named) if (!member.stored) this.#draft.urns.set(member.prepared.row, member.urn);
    const decisions: Decision[] = [];
    for (const member of component)
      decisions.push(await composeEntry(this.#context, member, this.#draft.urns, this.#outside));
    return decisions;
  }

  #targets(component: Component): number[] {
    const { binding, index } = this.#context;
    const patient = binding.kind === 'own' ? [binding.row] : [];
    return [...patient, ...component.flatMap((member) => index.targets(member.prepared.row))];
  }

  #isUnderWay(row: number): boolean {
    const bundle = this.#context.states.pendingBundle(row);
    return bundle !== undefined && bundle !== this.#draft.number;
  }

  async #targetsSettled(component: Component): Promise<void> {
    const { states, hasTransactions } = this.#context;
    const targets = this.#targets(component);
    const isAwaited = (row: number): boolean => {
      const bundle = states.pendingBundle(row);
      return bundle !== undefined && !(hasTransactions && bundle === this.#draft.number);
    };
    if (!targets.some(isAwaited)) return;
    // Nothing is gained by holding back what could be on its way meanwhile; targets that lay in it are awaited with the others.
    await this.#flush();
    for (const row of targets) await this.#sending.get(states.pendingBundle(row) ?? -1);
  }

  async #placeApart(component: Component): Promise<void> {
    const [only] = component;
    if (only && component.length === 1) {
      this.alone.push({ row: only.prepared.row, isRevisit: only.isRevisit });
      return;
    }
    for (const member of component) await this.place([member], this.#outside);
  }

  async #flush(): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const draft = this.#draft;
    if (draft.isEmpty) return;
    this.#draft = new Draft(draft.number + 1, this.#context.maxEntries);
    const { components, decisions, urns } = draft;
    const reopen = (rows: readonly number[]): void => void this.incomplete.push(...rows);
    const drafted: Work = { components, decisions, urns, outside: this.#outside, reopen };
    const work = this.#carriesPatient(draft) ? await recompose(this.#context, drafted, components) : drafted;
    const send = await this.#committer.admit();
    const sent = send(work);
    sent.then(
      () => this.#sending.delete(draft.number),
      (error: unknown) => {
        this.#failure ??= { error };
      },
    );
    this.#sending.set(draft.number, sent);
  }

  /** The rows before the export's own Patient were composed before it had a name in the bundle. */
  #carriesPatient(draft: Draft): boolean {
    const { binding } = this.#context;
    return binding.kind === 'own' && draft.urns.has(binding.row);
  }
}

/**
 * A resource with a text `reference` of its own (DetectedIssue) is a Reference to Medplum 5.0, which puts that text in place
 * of the `urn:uuid:` by which the others of its bundle name it.
 */
export function isTakenForReference({ prepared: { resource } }: Pick<Member, 'prepared'>): boolean {
  return typeof resource.reference === 'string';
}

function foundRow({ member: { prepared, stored } }: Decision): FoundRow[] {
  return stored ? [{ resourceType: String(prepared.resource.resourceType), stored }] : [];
}
