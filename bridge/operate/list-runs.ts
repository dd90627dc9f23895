import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { z } from 'zod';
import type { BotRun, botRunQuerySchema } from '../contract/bot-run.ts';
import type { Caller } from '../medplum/callers.ts';

const RUN_TYPE = 'https://medplum.com/CodeSystem/audit-event|execute';
/** AuditEvent.outcome: success, and the failure that Medplum writes of a bot that threw. */
const OUTCOMES = { done: '0', failed: '4' } as const;

export interface RunPage {
  readonly runs: readonly BotRun[];
  readonly hasMore: boolean;
}

/** A page of the runs of bots, the latest first, from the AuditEvents that the server wrote of them. */
export async function listRuns(caller: Caller, query: z.output<typeof botRunQuerySchema>): Promise<RunPage> {
  const { bot, outcome, _count, cursor } = query;
  const names = await readBotNames(caller);
  const page = (await caller.searchPage('AuditEvent', {
    type: RUN_TYPE,
    ...(bot && { source: `Bot/${bot}` }),
    ...(outcome && { outcome: OUTCOMES[outcome] }),
    _sort: '-_lastUpdated',
    _count: `${_count}`,
    _offset: `${cursor}`,
  })) as Bundle<AuditEvent>;
  const runs = (page.entry ?? []).flatMap(({ resource }) => (resource ? describe(resource, names) : []));
  return { runs, hasMore: page.link?.some(({ relation }) => relation === 'next') ?? false };
}

/** Names of the bots that the caller may see, by id. */
export async function readBotNames(caller: Caller): Promise<ReadonlyMap<string, string>> {
  const bots = await caller.search('Bot', { _count: '1000' });
  return new Map(bots.map(({ id = '', name = '' }) => [id, name]));
}

/** Only ids and codes: what a bot logged or threw stays in the AuditEvent. */
function describe(event: AuditEvent, names: ReadonlyMap<string, string>): BotRun[] {
  const [type, botId] = event.source.observer.reference?.split('/') ?? [];
  if (type !== 'Bot' || !botId || !event.id) return [];
  const about = event.entity?.flatMap(({ what }) => what?.reference ?? []) ?? [];
  const resource = about.find((reference) => !/^(Bot|Subscription)\//.test(reference));
  const name = names.get(botId);
  const durationMs = Date.parse(event.period?.end ?? '') - Date.parse(event.period?.start ?? '');
  return [
    {
      id: event.id,
      botId,
      ...(name && { bot: name }),
      ...(resource && { resource }),
      startedBy: about.some((reference) => reference.startsWith('Subscription/')) ? 'event' : 'call',
      outcome: event.outcome === OUTCOMES.done ? 'done' : 'failed',
      at: event.recorded,
      ...(Number.isFinite(durationMs) && { durationMs }),
    },
  ];
}
