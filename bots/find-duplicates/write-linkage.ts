import { membersOf, ruleOf } from '@fasten-medplum/bridge/contract/duplicate-cluster';
import {
  DUPLICATE_RULE_EXTENSION,
  DUPLICATE_RULE_SYSTEM,
  DUPLICATES_SYSTEM,
  DUPLICATES_WRITTEN_EXTENSION,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { Linkage, LinkageItem, Meta } from '@medplum/fhirtypes';

/** One member and why it is one; the first of a cluster has no rule. */
export interface RuledMember {
  /** `Type/<id>` */
  readonly reference: string;
  readonly rule?: string | undefined;
}

/**
 * Whether somebody else has made a Linkage, or changed since the bot wrote it what it says: its members, or that it holds.
 * Touching anything else (tags, accounts) is no decision.
 */
export function isTheirs(linkage: Linkage): boolean {
  const written = linkage.extension?.find(({ url }) => url === DUPLICATES_WRITTEN_EXTENSION)?.valueString;
  return written !== stateOf(linkage.active !== false, membersOf(linkage));
}

/** What a cluster is found by, so that two runs at once make one: the two with the lowest ids that it began with. */
export function keyOf(members: readonly { readonly reference: string }[]): string {
  const ids = members.map(({ reference }) => reference.split('/')[1] ?? '');
  return ids.toSorted().slice(0, 2).join('.');
}

/**
 * A new cluster.
 *
 * @param account - `Patient/<id>` into whose compartment it goes; none for Patients of several charts.
 */
export function makeLinkage(members: readonly RuledMember[], account: string | undefined): Linkage {
  const tag = [{ system: DUPLICATES_SYSTEM, code: keyOf(members) }];
  const meta: Meta = { tag, ...(account && { accounts: [{ reference: account }] }) };
  return changeLinkage({ resourceType: 'Linkage', meta, item: [] }, members);
}

/** The same cluster with other members; with fewer than two it is retired and keeps those it had, for people to look at. */
export function changeLinkage(linkage: Linkage, members: readonly RuledMember[]): Linkage {
  const active = members.length > 1;
  const item = active ? members.map(itemOf) : linkage.item;
  const rules = [...new Set(item.flatMap((one) => ruleOf(one) ?? []))];
  const others = linkage.meta?.tag?.filter(({ system }) => system !== DUPLICATE_RULE_SYSTEM) ?? [];
  const tag = [...others, ...rules.map((code) => ({ system: DUPLICATE_RULE_SYSTEM, code }))];
  const extension = linkage.extension?.filter(({ url }) => url !== DUPLICATES_WRITTEN_EXTENSION) ?? [];
  const valueString = stateOf(active, membersOf({ ...linkage, item }));
  return {
    ...linkage,
    meta: { ...linkage.meta, tag },
    extension: [...extension, { url: DUPLICATES_WRITTEN_EXTENSION, valueString }],
    active,
    item,
  };
}

function itemOf({ reference, rule }: RuledMember, at: number): LinkageItem {
  return {
    ...(rule !== undefined && { extension: [{ url: DUPLICATE_RULE_EXTENSION, valueCode: rule }] }),
    type: at === 0 ? 'source' : 'alternate',
    resource: { reference },
  };
}

function stateOf(active: boolean, members: readonly string[]): string {
  return [active ? 'active' : 'retired', ...members.toSorted()].join(' ');
}
