import type { MedplumClient, WithId } from '@medplum/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import type { FedSubscription } from './find-fed-bots.ts';

/** Versions are listed by the thousand, the most that Medplum gives at once: every page costs it a sort of them all. */
const VERSIONS_A_PAGE = 1000;
/** Bodies are read just before they are fed, so that a bot is not handed what somebody has changed since. */
const BODIES_AT_ONCE = 20;

/** What a bot is fed with: all that an import wrote last, or all that changed in a span of time. */
export type FeedSource =
  | {
      readonly kind: 'import';
      readonly exportId: string;
      /** Who loads: `ClientApplication/<id>`. What somebody else has changed since, its bot was told of by that change. */
      readonly loaders: readonly string[];
    }
  | { readonly kind: 'replay'; readonly since: string; readonly until: string };

type ListClient = Pick<MedplumClient, 'searchResources' | 'searchResourcePages'>;

/** What is to be fed, and to which bot. */
export interface Feeding {
  readonly botId: string;
  readonly subscription: FedSubscription;
  readonly source: FeedSource;
}

/**
 * What a bot is to be handed, as it is stored, in the order in which it was; targets of references come first. What was changed or
 * deleted while the list was read is left out: its own event has told of it, or it comes again at its new place.
 *
 * @param from - Instant (`meta.lastUpdated`) to begin with.
 */
export async function* listChanged(
  medplum: ListClient,
  feeding: Feeding,
  from: string | undefined,
): AsyncGenerator<WithId<Resource>> {
  const { resourceType } = feeding.subscription;
  for await (const page of versionPages(medplum, feeding, from)) {
    const wanted = page.filter((version) => isToBeFed(version, feeding));
    for (let start = 0; start < wanted.length; start += BODIES_AT_ONCE) {
      yield* await readCurrent(medplum, resourceType, wanted.slice(start, start + BODIES_AT_ONCE));
    }
  }
}

function versionPages(
  medplum: ListClient,
  { subscription, source }: Feeding,
  from: string | undefined,
): AsyncGenerator<readonly WithId<Resource>[]> {
  const query = new URLSearchParams(subscription.criteria);
  if (source.kind === 'import') query.append('_tag', `${EHI_EXPORT_SYSTEM}|${escaped(source.exportId)}`);
  else query.append('_lastUpdated', `le${source.until}`);
  const since = from ?? (source.kind === 'replay' ? source.since : undefined);
  if (since !== undefined) query.append('_lastUpdated', `ge${since}`);
  query.append('_sort', '_lastUpdated');
  query.append('_count', `${VERSIONS_A_PAGE}`);
  query.append('_fields', 'meta');
  return medplum.searchResourcePages(subscription.resourceType as ResourceType, query, { cache: 'reload' });
}

/** Those of these versions that are still the current ones, in their order. */
async function readCurrent(
  medplum: ListClient,
  resourceType: string,
  versions: readonly WithId<Resource>[],
): Promise<WithId<Resource>[]> {
  const query = { _id: versions.map(({ id }) => id).join(','), _count: `${BODIES_AT_ONCE}` };
  const found = await medplum.searchResources(resourceType as ResourceType, query, { cache: 'reload' });
  const current = new Map(found.map((resource) => [versionOf(resource), resource]));
  return versions.flatMap((version) => current.get(versionOf(version)) ?? []);
}

/** Whether the bot is still to see this version: it did not write it, and no live event has told of it. */
function isToBeFed({ meta }: Resource, { botId, source }: Feeding): boolean {
  const author = meta?.author?.reference;
  if (author === `Bot/${botId}`) return false;
  // An author that this client may not see says nothing against it.
  return source.kind === 'replay' || author === undefined || source.loaders.includes(author);
}

/** `<id>/<version>`. */
export function versionOf({ id, meta }: WithId<Resource>): string {
  return `${id}/${meta?.versionId}`;
}

function escaped(value: string): string {
  return value.replace(/[\\,|$]/g, '\\$&');
}
