import { isDeepStrictEqual } from 'node:util';
import type { MedplumClient } from '@medplum/core';
import { EHI_EXPORT_SYSTEM } from '../../contract/identifiers.ts';
import { byIdentifier } from '../../medplum/by-identifier.ts';
import type { Journey } from './draw-journey.ts';
import type { LivedJourney } from './live-journey.ts';
import type { Outcome, ReadOutcome } from './read-outcome.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

/** How an import of a journey may end. */
export function statusesOf({ chart, failWith, decided }: Journey): readonly string[] {
  if (failWith) return ['failed'];
  if (chart === 'own') return ['completed'];
  return { accepted: ['completed'], rejected: ['rejected'], both: ['completed', 'rejected'], none: ['on-hold'] }[
    decided ?? 'none'
  ];
}

/**
 * What is wrong with a journey: by itself, and held against the same journey when nothing went wrong. Where two people
 * decide differently there are two such, and it must be wholly one of them.
 */
export function judgeJourney({ journey }: LivedJourney, read: ReadOutcome, calms: readonly Outcome[]): string[] {
  const statuses = statusesOf(journey);
  const stored = Object.keys(read.records).length;
  const isLoaded = read.tasks.some(({ status }) => status === 'completed');
  const calm = calms.find(({ imports }) => isDeepStrictEqual(imports, read.imports)) ?? calms[0];
  return [
    ...read.faults,
    ...notAmong(statuses, read).map((one) => `an import should be ${statuses.join(' or ')}: ${one}`),
    ...(!isLoaded && stored > 0 ? [`${stored} resources of an import that was never completed are stored`] : []),
    ...(calm ? differFrom(journey.failWith ? withoutSecondAsk(read, calm) : read, calm) : []),
  ];
}

/**
 * A worker that is killed when it has asked for an export asks once more, for another one if the first has failed by then and
 * the event of that waits for a worker too: the second fails as the first did, and is told as it was.
 */
function withoutSecondAsk(read: ReadOutcome, calm: Outcome): Outcome {
  if (read.imports.length !== calm.imports.length + 1) return read;
  const withoutOneMore = (found: readonly string[], expected: readonly string[]): string[] => {
    const place = found.findIndex((one) => count(found, one) > count(expected, one));
    return found.filter((_, position) => position !== place);
  };
  const imports = withoutOneMore(read.imports, calm.imports);
  return { ...read, imports, messages: withoutOneMore(read.messages, calm.messages) };
}

/** Descriptions of the imports that have another status. */
export function notAmong(statuses: readonly string[], { imports }: Outcome): string[] {
  return imports.filter((one) => !statuses.some((status) => one.includes(`"status":"${status}"`)));
}

/** In what a journey has come to something else than another one. */
export function differFrom(read: Outcome, calm: Outcome): string[] {
  return [
    ...(['imports', 'messages', 'audited', 'vanished'] as const).flatMap((part) =>
      differ(part, read[part], calm[part]),
    ),
    ...differ('records', Object.keys(read.records).sort(), Object.keys(calm.records).sort()),
    ...differingRecords(read.records, calm.records),
  ];
}

/** What is found more often than expected, and what less often; a sentence each. */
export function differ(part: string, found: readonly string[], expected: readonly string[]): string[] {
  const more = found.filter((one) => count(found, one) > count(expected, one));
  const less = expected.filter((one) => count(expected, one) > count(found, one));
  const tell = (texts: readonly string[]) => `${[...new Set(texts)].slice(0, 3).join(' ')} (${texts.length})`;
  return [
    ...(more.length > 0 ? [`${part}: more than undisturbed: ${tell(more)}`] : []),
    ...(less.length > 0 ? [`${part}: less than undisturbed: ${tell(less)}`] : []),
  ];
}

function count(texts: readonly string[], text: string): number {
  return texts.filter((one) => one === text).length;
}

function differingRecords(found: Outcome['records'], expected: Outcome['records']): string[] {
  const both = Object.keys(found).filter((key) => key in expected);
  const differing = both.filter((key) => !isDeepStrictEqual(found[key], expected[key]));
  const [first] = differing;
  if (first === undefined) return [];
  const where = pathOfDifference(found[first], expected[first]);
  return [`records: ${differing.length} differ from undisturbed, the first of them ${first} at ${where}`];
}

/** Where two JSON values differ first, and in what. */
function pathOfDifference(found: unknown, expected: unknown, path = ''): string {
  if (typeof found !== 'object' || typeof expected !== 'object' || !found || !expected) {
    return `${path}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`;
  }
  const [a, b] = [found, expected] as Record<string, unknown>[];
  const name = Object.keys({ ...a, ...b }).find((key) => !isDeepStrictEqual(a?.[key], b?.[key])) ?? '';
  return pathOfDifference(a?.[name], b?.[name], `${path}.${name}`);
}

/**
 * Every event that was acknowledged has its import's Task, unless its connection was erased; which way that must have ended is
 * judged by journey. Nothing that was forged was acknowledged.
 *
 * @param from - How many deliveries there were before the run.
 * @param erased - `org_connection_id` of connections that were erased.
 */
export async function judgeEvents(
  medplum: MedplumClient,
  { fasten }: ChaosStack,
  from: number,
  erased: readonly string[],
): Promise<string[]> {
  const violations: string[] = [];
  for (const { type, data, attempts, forged = [] } of fasten.deliveries().slice(from)) {
    // What is replayed was true once.
    const believed = forged.filter(({ fault, outcome }) => fault !== 'replayed' && isAcknowledged(outcome));
    violations.push(...believed.map(({ fault }) => `a forged event was acknowledged: ${fault}`));
    if (!attempts.some(({ outcome }) => isAcknowledged(outcome))) violations.push(`an event was never taken: ${type}`);
    else if (type.startsWith('patient.ehi_export_') && !erased.includes(`${data.org_connection_id}`)) {
      const task = await medplum.searchOne('Task', byIdentifier(EHI_EXPORT_SYSTEM, `${data.task_id}`), {
        cache: 'reload',
      });
      if (!task) violations.push(`an event was acknowledged and is lost: ${type}`);
    }
  }
  return violations;
}

function isAcknowledged(outcome: number | string): boolean {
  return typeof outcome === 'number' && outcome >= 200 && outcome < 300;
}
