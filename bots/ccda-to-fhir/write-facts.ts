import { setTimeout as wait } from 'node:timers/promises';
import { CCDA_FACT_SYSTEM } from '@fasten-medplum/bridge/contract/identifiers';
import type { MedplumClient } from '@medplum/core';
import type { BundleEntry, Coding, Resource } from '@medplum/fhirtypes';
import { measuredValue } from './describe-fact.ts';
import type { LeftOut } from './left-out.ts';
import type { Fact } from './make-facts.ts';
import type { Match } from './match-facts.ts';

export interface Written {
  /** `Type/<id>` of what was created by this run or one before, by key. */
  readonly converted: ReadonlyMap<string, string>;
  /** How many facts were there already, from elsewhere. */
  readonly alreadyHere: number;
  readonly leftOut: readonly LeftOut[];
}

const BATCH_SIZE = 50;
/** A server takes a megabyte in one request. */
const BATCH_LENGTH = 600_000;
/**
 * Conditional creates of runs at once are in each other's way (409), whatever they create: a server that gets many documents at
 * once refuses most of them. In all about three seconds.
 */
const PAUSES_MS = [50, 100, 200, 400, 800, 1600];

/**
 * Stores the facts that the record does not have. Each under the hash of what it says, and only if that is not there: run
 * again, or by two documents at once, it doubles nothing. Members come before what refers to them, so that no reference
 * leads to something that was refused.
 *
 * @param tag - Where the document came in, for what is made of it.
 * @throws When the server has no time or no room: what is missing is made by the next run.
 */
export async function writeFacts(
  medplum: MedplumClient,
  facts: readonly Fact[],
  matches: ReadonlyMap<string, Match>,
  tag: readonly Coding[],
): Promise<Written> {
  const references = new Map([...matches].map(([key, { reference }]) => [key, reference]));
  const earlier = [...matches].filter(([, { isConverted }]) => isConverted);
  const converted = new Map(earlier.map(([key, { reference }]) => [key, reference]));
  const leftOut: LeftOut[] = [];
  let alreadyHere = matches.size - converted.size;
  for (const level of inLevels(facts.filter(({ key }) => !matches.has(key)))) {
    const fresh = level.filter((fact) => !isOnlyFrame(fact, matches));
    alreadyHere += level.length - fresh.length;
    for (const batch of inBatches(fresh)) {
      const ids = await createAll(medplum, batch, (fact) => shape(fact, references, tag));
      for (const { key, section, resource } of batch) {
        const id = ids.get(key);
        if (id === undefined) {
          leftOut.push({ section, reason: 'refused' });
          continue;
        }
        references.set(key, `${resource.resourceType}/${id}`);
        converted.set(key, `${resource.resourceType}/${id}`);
      }
    }
  }
  return { converted, alreadyHere, leftOut };
}

/** A panel all of whose members are there already would only be drawn around them once more. */
function isOnlyFrame({ resource, members }: Fact, matches: ReadonlyMap<string, Match>): boolean {
  if (resource.resourceType !== 'Observation' || measuredValue(resource)) return false;
  return members.length > 0 && members.every((member) => matches.has(member) && !matches.get(member)?.isConverted);
}

/** Facts that refer to none of the others first. */
function inLevels(facts: readonly Fact[]): Fact[][] {
  const depths = new Map<string, number>();
  const levels: Fact[][] = [];
  // Members come before what refers to them.
  for (const fact of facts) {
    const depth = Math.max(-1, ...fact.members.map((member) => depths.get(member) ?? -1)) + 1;
    depths.set(fact.key, depth);
    const level = levels[depth];
    if (level) level.push(fact);
    else levels[depth] = [fact];
  }
  return levels;
}

function inBatches(facts: readonly Fact[]): Fact[][] {
  const batches: Fact[][] = [];
  let length = 0;
  for (const fact of facts) {
    const last = batches.at(-1);
    const own = JSON.stringify(fact).length;
    const isFull = !last || last.length >= BATCH_SIZE || length + own > BATCH_LENGTH;
    length = isFull ? own : length + own;
    if (isFull) batches.push([fact]);
    else last.push(fact);
  }
  return batches;
}

function shape(
  { key, resource, members }: Fact,
  references: ReadonlyMap<string, string>,
  tag: readonly Coding[],
): Resource {
  const identifier = [...(resource.identifier ?? []), { system: CCDA_FACT_SYSTEM, value: key }];
  const known = [...new Set(members.flatMap((member) => references.get(member) ?? []))];
  const shaped = { ...resource, identifier, ...(tag.length > 0 && { meta: { tag: [...tag] } }) };
  if (known.length === 0) return shaped as Resource;
  if (shaped.resourceType === 'Observation') return { ...shaped, hasMember: known.map((reference) => ({ reference })) };
  if (shaped.resourceType !== 'Encounter') return shaped as Resource;
  return { ...shaped, diagnosis: known.map((reference) => ({ condition: { reference } })) };
}

/** @returns Ids by key; none for what the server refused for what it says. */
async function createAll(
  medplum: MedplumClient,
  facts: readonly Fact[],
  shaped: (fact: Fact) => Resource,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  let open = facts;
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    if (open.length === 0) break;
    const entry = open.map((fact): BundleEntry => {
      const ifNoneExist = `identifier=${CCDA_FACT_SYSTEM}|${fact.key}`;
      return { request: { method: 'POST', url: fact.resource.resourceType, ifNoneExist }, resource: shaped(fact) };
    });
    const answer = await medplum.executeBatch({ resourceType: 'Bundle', type: 'batch', entry });
    const left: Fact[] = [];
    for (const [position, fact] of open.entries()) {
      const { resource, response } = answer.entry?.[position] ?? {};
      const status = Number(response?.status.slice(0, 3));
      const id = resource?.id ?? /\/([\w-]{36})(?:\/|$)/.exec(response?.location ?? '')?.[1];
      if (status < 300 && id) ids.set(fact.key, id);
      else if (status === 409 && pauseMs !== undefined) left.push(fact);
      // 400 and 422: what it says. Anything else is about the server, and passes.
      else if (status !== 400 && status !== 422) throw new Error(`a create was answered with status ${status}`);
    }
    open = left;
    // Not all of them after the same time again.
    if (open.length > 0 && pauseMs !== undefined) await wait(pauseMs * (0.5 + Math.random()));
  }
  return ids;
}
