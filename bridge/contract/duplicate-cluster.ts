import type { Linkage, LinkageItem } from '@medplum/fhirtypes';
import { DUPLICATE_RULE_EXTENSION } from './identifiers.ts';

/** Records of several sources that tell of the same thing, as a Linkage says. */
export interface DuplicateCluster {
  /** Id of the Linkage. */
  readonly id: string;
  /** `Type/<id>` each, at least two, in the order of the Linkage: the one that the others are duplicates of comes first. */
  readonly members: readonly string[];
  /** By what they were found, each once (docs/bots.md); none when a person put them together. */
  readonly rules: readonly string[];
}

/**
 * Reads a Linkage, whoever made it. Undefined for one that holds no longer: somebody, or the bot, has set `active` to
 * false.
 */
export function clusterFromLinkage(linkage: Linkage): DuplicateCluster | undefined {
  const { id, active, item } = linkage;
  const members = membersOf(linkage);
  if (!id || active === false || members.length < 2) return undefined;
  return { id, members, rules: [...new Set(item.flatMap((one) => ruleOf(one) ?? []))] };
}

/** `Type/<id>` of every item of a Linkage, `source` first. */
export function membersOf({ item }: Linkage): string[] {
  const [sources, others] = [
    item.filter(({ type }) => type === 'source'),
    item.filter(({ type }) => type !== 'source'),
  ];
  return [...new Set([...sources, ...others].flatMap(({ resource }) => resource.reference ?? []))];
}

/** By what an item was found; undefined for the one that it is compared with, and for what a person put there. */
export function ruleOf({ extension }: LinkageItem): string | undefined {
  return extension?.find(({ url }) => url === DUPLICATE_RULE_EXTENSION)?.valueCode;
}
