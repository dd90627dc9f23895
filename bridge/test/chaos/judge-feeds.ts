import type { MedplumClient } from '@medplum/core';
import type { AuditEvent, Bundle, Resource, Task } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import { WATCHED_TYPES } from './deploy-watcher.ts';
import { exportIdOf } from './find-imports.ts';
import { readBatch } from './read-batch.ts';

/** What imports have left: where, and which of them have completed. */
export interface LoadedBy {
  readonly namespaces: readonly string[];
  readonly tasks: readonly Task[];
}

/**
 * By the server's own records of runs the watcher was run with no version twice, and with each version that a completed import
 * wrote last. What another import or an erasure took away before it came to it is passed over, and so is, after three tries
 * and a line in the log, what it could not be run with (docs/decisions/0032).
 *
 * @param since - Instant from which runs count.
 * @param said - What the processes have logged meanwhile.
 */
export async function judgeFeeds(
  medplum: MedplumClient,
  botId: string,
  since: string,
  loaded: readonly LoadedBy[],
  said: string,
): Promise<{ readonly runs: number; readonly violations: string[] }> {
  const runs = await readRuns(medplum, botId, since);
  const twice = [...runs.values()].filter((times) => times > 1).length;
  const wanted = (await Promise.all(loaded.map((one) => listWanted(medplum, one)))).flat();
  const missing = wanted.filter((version) => !runs.has(version)).length;
  const given = said.split('"bot.failed"').length - 1;
  return {
    runs: runs.size,
    violations: [
      ...(twice > 0 ? [`${twice} versions were fed to the bot more than once`] : []),
      ...(missing > given ? [`${missing} versions were never fed to the bot, ${given} of them given up`] : []),
    ],
  };
}

/** By version, as the bot says it: how often it was run with it. */
async function readRuns(medplum: MedplumClient, botId: string, since: string): Promise<Map<string, number>> {
  const query = { entity: `Bot/${botId}`, _lastUpdated: `ge${since}`, _sort: '_lastUpdated', _count: '1000' };
  const runs = new Map<string, number>();
  for await (const page of medplum.searchResourcePages('AuditEvent', query, { cache: 'reload' })) {
    for (const { outcomeDesc = '' } of page as readonly AuditEvent[])
      runs.set(outcomeDesc, (runs.get(outcomeDesc) ?? 0) + 1);
  }
  return runs;
}

async function listWanted(medplum: MedplumClient, { namespaces, tasks }: LoadedBy): Promise<string[]> {
  const done = tasks.filter(({ status }) => status === 'completed').flatMap((task) => exportIdOf(task) ?? []);
  const tags = namespaces.map((namespace) => encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${namespace}`));
  const urls = tags.flatMap((tag) => WATCHED_TYPES.map((type) => `${type}?_tag=${tag}&_count=1000&_fields=meta`));
  const pages = (await readBatch(medplum, urls)).map(({ resource }) => (resource as Bundle | undefined)?.entry ?? []);
  const stored = pages.flat().flatMap(({ resource }) => resource ?? []);
  const isDone = ({ meta }: Resource) =>
    meta?.tag?.some(({ system, code = '' }) => system === EHI_EXPORT_SYSTEM && done.includes(code));
  return stored.filter(isDone).map(({ resourceType, id, meta }) => `${resourceType}/${id}/_history/${meta?.versionId}`);
}
