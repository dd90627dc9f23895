import type { MedplumClient, WithId } from '@medplum/core';
import type { Resource, ResourceType } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM } from '../contract/identifiers.ts';
import type { FedSubscription } from './find-fed-bots.ts';

const PAGE_SIZE = 100;

/** What a bot is fed with: all that an import wrote last, or all that changed in a span of time. */
export type FeedSource =
  | {
      readonly kind: 'import';
      readonly exportId: string;
      /** Who loads: `ClientApplication/<id>`. What somebody else has changed since, its bot was told of by that change. */
      readonly loaders: readonly string[];
    }
  | { readonly kind: 'replay'; readonly since: string; readonly until: string };

/** Those resources in the order in which they were stored, from an instant on. Targets of references come first. */
export async function* listChanged(
  medplum: Pick<MedplumClient, 'searchResourcePages'>,
  { resourceType, criteria }: FedSubscription,
  source: FeedSource,
  from: string | undefined,
): AsyncGenerator<WithId<Resource>> {
  const query = new URLSearchParams(criteria);
  if (source.kind === 'import') query.append('_tag', `${EHI_EXPORT_SYSTEM}|${escaped(source.exportId)}`);
  else query.append('_lastUpdated', `le${source.until}`);
  const since = from ?? (source.kind === 'replay' ? source.since : undefined);
  if (since !== undefined) query.append('_lastUpdated', `ge${since}`);
  query.append('_sort', '_lastUpdated');
  query.append('_count', `${PAGE_SIZE}`);
  const pages = medplum.searchResourcePages(resourceType as ResourceType, query, { cache: 'reload' });
  for await (const page of pages) yield* page;
}

/** Whether the bot is still to see this version: it did not write it, and no live event has told of it. */
export function isToBeFed(resource: Resource, source: FeedSource, botId: string): boolean {
  const author = resource.meta?.author?.reference;
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
