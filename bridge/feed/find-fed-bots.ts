import { type MedplumClient, parseSearchRequest, type WithId } from '@medplum/core';
import type { Subscription } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, FED_AFTER_IMPORT_CODE } from '../contract/identifiers.ts';

/** What a bot is to be fed with. */
export interface FedSubscription {
  /** Of the Subscription. */
  readonly id: string;
  readonly botId: string;
  readonly resourceType: string;
  /** The search behind `<type>?`; empty when there is none. */
  readonly criteria: string;
}

type SearchClient = Pick<MedplumClient, 'searchResources'>;

/** The Subscriptions of all bots that are fed when an import is done (`npm run bots:deploy` tags them), in order of their ids. */
export async function findFedSubscriptions(medplum: SearchClient): Promise<FedSubscription[]> {
  const query = { _tag: `${BRIDGE_CODE_SYSTEM}|${FED_AFTER_IMPORT_CODE}`, status: 'active', _count: '1000' };
  return readAll(await medplum.searchResources('Subscription', query, { cache: 'reload' }));
}

/** All Subscriptions of a bot, in order of their ids. */
export async function findSubscriptionsOf(medplum: SearchClient, botId: string): Promise<FedSubscription[]> {
  const query = { url: `Bot/${botId}`, status: 'active', _count: '1000' };
  return readAll(await medplum.searchResources('Subscription', query, { cache: 'reload' }));
}

function readAll(subscriptions: readonly WithId<Subscription>[]): FedSubscription[] {
  const read = subscriptions.flatMap(({ id, criteria = '', channel }): FedSubscription[] => {
    const [, botId] = /^Bot\/([\w-]+)$/.exec(channel?.endpoint ?? '') ?? [];
    if (botId === undefined || criteria === '') return [];
    const { resourceType } = parseSearchRequest(criteria);
    return [{ id, botId, resourceType, criteria: criteria.split('?')[1] ?? '' }];
  });
  return read.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
