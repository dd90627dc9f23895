import { isDeepStrictEqual } from 'node:util';
import type { MedplumClient } from '@medplum/core';
import { EHI_EXPORT_SYSTEM } from '../../contract/identifiers.ts';
import { byIdentifier } from '../../medplum/by-identifier.ts';
import type { LivedJourney } from './live-journey.ts';
import type { Journey } from './plan-run.ts';
import type { Outcome, ReadOutcome } from './read-outcome.ts';
import type { ChaosStack } from './start-chaos-stack.ts';

/** How each import of a journey must end. */
export function statusOf({ chart, failWith }: Journey): 'completed' | 'on-hold' | 'failed' {
  if (failWith) return 'failed';
  return chart === 'own' ? 'completed' : 'on-hold';
}

/** What is wrong with a journey: by itself, and held against the same journey when nothing went wrong. */
export function judgeJourney({ journey }: LivedJourney, read: ReadOutcome, calm: Outcome): string[] {
  const status = statusOf(journey);
  const wrong = read.imports.filter((one) => !one.includes(`"status":"${status}"`));
  const stored = Object.keys(read.records).length;
  return [
    ...read.faults,
    ...wrong.map((one) => `an import should be ${status}: ${one}`),
    ...(status !== 'completed' && stored > 0 ? [`${stored} resources of an import that is ${status} are stored`] : []),
    ...(['imports', 'messages', 'audited'] as const).flatMap((part) => differ(part, read[part], calm[part])),
    ...differ('records', Object.keys(read.records).sort(), Object.keys(calm.records).sort()),
    ...differingRecords(read.records, calm.records),
  ];
}

function differ(part: string, found: readonly string[], expected: readonly string[]): string[] {
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
 * Every event that was acknowledged has its import's Task; which way that must have ended is judged by journey. Nothing that was
 * forged was acknowledged.
 *
 * @param from - How many deliveries there were before the run.
 */
export async function judgeEvents(medplum: MedplumClient, { fasten }: ChaosStack, from: number): Promise<string[]> {
  const violations: string[] = [];
  for (const { type, data, attempts, forged = [] } of fasten.deliveries().slice(from)) {
    // What is replayed was true once.
    const believed = forged.filter(({ fault, outcome }) => fault !== 'replayed' && isAcknowledged(outcome));
    violations.push(...believed.map(({ fault }) => `a forged event was acknowledged: ${fault}`));
    if (!attempts.some(({ outcome }) => isAcknowledged(outcome))) violations.push(`an event was never taken: ${type}`);
    else if (type.startsWith('patient.ehi_export_')) {
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
