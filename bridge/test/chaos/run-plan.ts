import { setTimeout as wait } from 'node:timers/promises';
import { signInPerson } from '../../medplum/sign-in-person.ts';
import { judgeEvents, judgeJourney } from './check-invariants.ts';
import { drainStack, isAtRest } from './drain-stack.ts';
import type { Journey } from './draw-journey.ts';
import { findLeftovers } from './find-leftovers.ts';
import { type Injected, injectFaults } from './inject-faults.ts';
import { judgeEnded } from './judge-ended.ts';
import { judgeErasure } from './judge-erasure.ts';
import { judgeFeeds } from './judge-feeds.ts';
import { type LivedJourney, liveJourney } from './live-journey.ts';
import type { Lab } from './open-lab.ts';
import { planCalmRun, type RunPlan } from './plan-run.ts';
import { type Outcome, type ReadOutcome, readOutcome } from './read-outcome.ts';
import { findInterleaved } from './watch-writers.ts';

/** What a run came to. */
export interface RunReport {
  /** One sentence each; none when all is as it must be. */
  readonly violations: readonly string[];
  /** How many deaths came; planned may be more, when there were not as many requests. */
  readonly deaths: number;
  readonly faults: number;
  readonly requests: number;
  /** Versions that a bot was run with. */
  readonly runs: number;
  /** What every process said meanwhile. */
  readonly said: string;
}

/** Whoever is not done by then is helped: the faults end. */
const CHAOS_MS = 8_000;
/** And of what comes after the first load. */
const SEQUEL_MS = 5_000;
const DRAIN_MS = 90_000;
/** Of the sandbox's seed: somebody who may connect health systems for any chart. */
const PERSON = { email: 'clinician@example.com', password: 'sandbox-password' };

/**
 * Lives the journeys of a plan while what it plans goes wrong, lets the system come to rest, and says what is not as it
 * must be. The stack can be used again when nothing is.
 */
export async function runPlan(lab: Lab, plan: RunPlan): Promise<RunReport> {
  const calm = new Map<Journey, readonly Outcome[]>();
  for (const journey of plan.journeys) calm.set(journey, await liveEachWay(lab, journey));
  takeSaid(lab);
  const since = new Date().toISOString();
  const from = lab.stack.fasten.deliveries().length;
  const run = await liveAndDrain(lab, plan);
  const violations = [...run.violations];
  const { client } = lab.reader;
  for (const { lived, read } of run.read) {
    violations.push(...judgeLived(lived, read, calm.get(lived.journey) ?? []));
    violations.push(...(await judgeErasure(client, lived)));
  }
  const ended = run.read.flatMap(({ lived }) => lived.ended ?? []);
  const erased = ended.filter(({ receipts }) => receipts.length > 0).flatMap((one) => one.orgConnectionIds);
  violations.push(...(await judgeEvents(client, lab.stack, from, erased)));
  violations.push(...(await findLeftovers(lab.stack, lab.queues, ended.length > 0)));
  const said = takeSaid(lab);
  violations.push(...judgeRuns(run.injected, said));
  const reads = run.read.map(({ read }) => read);
  const fed = await judgeFeeds(client, lab.botId, since, reads, said);
  violations.push(...fed.violations);
  const { deaths, faults, requests } = run.injected;
  return { violations, deaths: deaths.length, faults, requests, runs: fed.runs, said };
}

function judgeLived(lived: LivedJourney, read: ReadOutcome, calms: readonly Outcome[]): string[] {
  const [calm] = calms;
  return lived.ended && calm ? judgeEnded(lived, read, calm) : judgeJourney(lived, read, calms);
}

interface Lived {
  readonly injected: Injected;
  readonly read: readonly { readonly lived: LivedJourney; readonly read: ReadOutcome }[];
  readonly violations: readonly string[];
}

async function liveAndDrain(lab: Lab, plan: RunPlan): Promise<Lived> {
  const { stack, queues, reader } = lab;
  const { fasten, apiUrl, storeUrl } = stack;
  const token = await signInPerson(storeUrl, PERSON);
  fasten.setChaos(plan.wording);
  fasten.faults.change(plan.fasten);
  await changeStoreFaults(storeUrl, plan.store);
  const injected = injectFaults(stack, plan);
  const around = { fasten, apiUrl, storeUrl, token, reader: reader.client, passed: injected.passed };
  const living = Promise.all(plan.journeys.map((journey) => liveJourney(around, journey)));
  const isCalm = living.then(() => isAtRest(stack, queues)).catch(() => undefined);
  const hasSequel = plan.journeys.some(({ decided, later, ended }) => decided ?? later ?? ended);
  await Promise.race([isCalm, wait(CHAOS_MS + (hasSequel ? SEQUEL_MS : 0))]);
  try {
    await drainStack(stack, queues, injected, living, DRAIN_MS);
    const read = [];
    for (const lived of await living) read.push({ lived, read: await readOutcome(reader.client, lived) });
    return { injected, read, violations: [] };
  } catch (error) {
    return {
      injected,
      read: [],
      violations: [error instanceof Error ? error.message : 'it cannot be read'],
    };
  }
}

/** What a journey comes to when nothing goes wrong: one way, or two where two people decide. */
async function liveEachWay(lab: Lab, journey: Journey): Promise<readonly Outcome[]> {
  if (journey.decided !== 'both') return [await liveUndisturbed(lab, journey)];
  return [
    await liveUndisturbed(lab, { ...journey, decided: 'accepted' }),
    await liveUndisturbed(lab, { ...journey, decided: 'rejected' }),
  ];
}

/** The same journey when nothing goes wrong, and nobody ends it before all is loaded; lived once a lab. */
async function liveUndisturbed(lab: Lab, journey: Journey): Promise<Outcome> {
  const { ended, ...rest } = journey;
  const plain: Journey = { ...rest, told: 'page', ...(ended && { ended: { erased: ended.erased } }) };
  const key = JSON.stringify(plain);
  const known = lab.calm.get(key);
  if (known) return known;
  const { read, violations } = await liveAndDrain(lab, planCalmRun([plain]));
  const [only] = read;
  if (!only) throw new Error(`an undisturbed journey does not come to its end: ${violations}`);
  lab.calm.set(key, only.read);
  return only.read;
}

async function changeStoreFaults(storeUrl: string, faults: RunPlan['store']): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${storeUrl}sandbox/faults`, { method: 'PUT', headers, body: JSON.stringify(faults) });
  if (!answer.ok) throw new Error(`the store takes no faults: ${answer.status}`);
}

function takeSaid({ stack: { api, workers, store } }: Lab): string {
  return [api, ...workers, store].map((process) => `--- ${process.name}\n${process.takeSaid()}`).join('');
}

/**
 * A run that lost its lock, as one whose process stood still for longer than the lock lasts, may be overtaken; and the last
 * request of a dead one looks like a run that lives.
 */
function judgeRuns({ writers, deaths }: Injected, said: string): string[] {
  const isOvertaken = findInterleaved(writers).length > 0 || (deaths.length === 0 && said.includes('"import-running"'));
  return [
    ...(isOvertaken && !said.includes('"lock-lost"') ? ['two imports of one namespace wrote at the same time'] : []),
    ...['service.failed', 'audit.lost']
      .filter((event) => said.includes(`"${event}"`))
      .map((event) => `logged: ${event}`),
  ];
}
