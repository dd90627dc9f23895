import {
  BRIDGE_CODE_SYSTEM,
  CCDA_CONVERSION_CODE,
  CRITICAL_RESULT_CODE,
  EHI_EXPORT_SYSTEM,
  REVIEW_TASK_CODE,
  SAME_PERSON_CODE,
} from '@fasten-medplum/bridge/contract/identifiers';
import { parseSearchRequest, resourceMatchesSubscriptionCriteria, type WithId } from '@medplum/core';
import type { Resource, Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { type BotConfig, type BotSubscription, readBotConfigs } from '../build.ts';
import { makeSubscription } from './make-subscription.ts';

const BRIDGE = 'bridge-client';
const CONFIGS = readBotConfigs();
const NAMES = CONFIGS.map(({ name }) => name);
const SUBSCRIPTIONS = CONFIGS.flatMap(({ name, subscriptions }) =>
  subscriptions.map((subscription) => ({ name, ...subscription })),
);

type OneSubscription = (typeof SUBSCRIPTIONS)[number];
type Interaction = 'create' | 'update' | 'delete';

/** A version of a resource that a Subscription is about, as somebody wrote it. */
function version({ criteria }: Pick<BotSubscription, 'criteria'>, author: string, exportId?: string): WithId<Resource> {
  const { resourceType, filters = [] } = parseSearchRequest(criteria);
  const tag = exportId === undefined ? [] : [{ system: EHI_EXPORT_SYSTEM, code: exportId }];
  const properties = filters.map(({ code, value }) => {
    if (code === 'status') return ['status', value.split(',')[0]];
    const [system, one] = value.split('|');
    return [code, { coding: [{ system, code: one }] }];
  });
  const meta = { author: { reference: author }, tag };
  return { resourceType, id: 'one', meta, ...Object.fromEntries(properties) } as WithId<Resource>;
}

/** Whether the server starts a bot for a version, as it decides it. */
function starts(
  one: OneSubscription,
  interaction: Interaction,
  resource: Resource,
  before?: Resource,
): Promise<boolean> {
  const subscription = makeSubscription(one, one.name, idOf(one.name), BRIDGE);
  return resourceMatchesSubscriptionCriteria({
    resource,
    subscription: { ...subscription, id: 'subscription' },
    context: { interaction },
    getPreviousResource: async () => before,
  });
}

const idOf = (name: string) => `bot-${name}`;
const loaded = (one: OneSubscription, exportId = 'export-1') => version(one, `ClientApplication/${BRIDGE}`, exportId);

test.each(NAMES.flatMap((writer) => NAMES.map((reader) => [writer, reader] as const)))(
  'what %s writes starts %s if it asks for such, unless that is itself',
  async (writer, reader) => {
    const author = `Bot/${idOf(writer)}`;
    for (const one of SUBSCRIPTIONS.filter(({ name }) => name === reader)) {
      const isOther = writer !== reader;
      expect(await starts(one, 'create', version(one, author)), `${one.criteria}, new`).toBe(isOther);
      const changed = version(one, author, 'export-1');
      expect(await starts(one, 'update', changed, loaded(one)), `${one.criteria}, loaded and changed`).toBe(isOther);
    }
  },
);

test.each(SUBSCRIPTIONS)(
  '$name, $criteria: a clinician’s edit of what was loaded, or of what a bot wrote, starts it',
  async (one) => {
    const edited = version(one, 'Practitioner/somebody', 'export-1');
    expect(await starts(one, 'update', edited, loaded(one))).toBe(true);
    const byBot = version(one, `Bot/${idOf(one.name)}`, 'export-1');
    expect(await starts(one, 'update', edited, byBot)).toBe(true);
    expect(await starts(one, 'create', version(one, 'Practitioner/somebody'))).toBe(true);
  },
);

test.each(SUBSCRIPTIONS)(
  '$name, $criteria: a load starts it only where it asks for that, whoever loads',
  async (one) => {
    const isAtOnce = one.imports === 'at-once';
    expect(await starts(one, 'create', loaded(one))).toBe(isAtOnce);
    expect(await starts(one, 'update', loaded(one, 'export-2'), loaded(one))).toBe(isAtOnce);
    const another = version(one, 'ClientApplication/another', 'export-2');
    expect(await starts(one, 'update', another, loaded(one))).toBe(isAtOnce);
    // What a clinician edited meanwhile and the source has changed too.
    const edited = version(one, 'Practitioner/somebody', 'export-1');
    expect(await starts(one, 'update', loaded(one, 'export-2'), edited)).toBe(isAtOnce);
  },
);

/** An erasure deletes what was loaded by the thousand, and Medplum does not say who deletes. */
test.each(SUBSCRIPTIONS)(
  '$name, $criteria: a deletion of what a load wrote last starts none that is fed',
  async (one) => {
    expect(await starts(one, 'delete', loaded(one))).toBe(one.imports === 'at-once');
    const edited = version(one, 'Practitioner/somebody', 'export-1');
    expect(await starts(one, 'delete', edited, loaded(one))).toBe(true);
  },
);

/** The Tasks that each writes; what other types it may write its `access` says. */
const TASKS: Readonly<Record<string, string>> = {
  'ccda-to-fhir': CCDA_CONVERSION_CODE,
  'find-duplicates': SAME_PERSON_CODE,
  'flag-critical-results': CRITICAL_RESULT_CODE,
  'report-import': REVIEW_TASK_CODE,
};

/** Types, and codes of Tasks, that a bot may write. */
function writtenBy({ name, access }: BotConfig): string[] {
  const written = access.filter(({ interaction }) => interaction?.some((one) => one === 'create' || one === 'update'));
  const types = written.map(({ resourceType }) => resourceType ?? '');
  return types.map((type) => (type === 'Task' ? `Task ${TASKS[name] ?? ''}` : type));
}

function askedFor({ subscriptions }: BotConfig): string[] {
  return subscriptions.map((one) => {
    const asked = version(one, '');
    const [coding] = (asked.resourceType === 'Task' && (asked as Task).code?.coding) || [];
    return coding?.system === BRIDGE_CODE_SYSTEM ? `Task ${coding.code}` : asked.resourceType;
  });
}

test('no two of the bots start each other: they are started along this order and no other', () => {
  const edges = CONFIGS.flatMap((writer) => {
    const readers = CONFIGS.filter((reader) => askedFor(reader).some((asked) => writtenBy(writer).includes(asked)));
    return readers.filter(({ name }) => name !== writer.name).map(({ name }) => `${writer.name} > ${name}`);
  });
  expect(edges).toEqual([
    'ccda-to-fhir > find-duplicates',
    'ccda-to-fhir > flag-critical-results',
    'ccda-to-fhir > normalise-codes',
    'normalise-codes > find-duplicates',
    'normalise-codes > flag-critical-results',
  ]);
});
