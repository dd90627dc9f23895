import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import type { FactSearch } from '../sections.ts';
import { mergeStrands } from './merge-strands.ts';

const search = (label: string): FactSearch => ({ type: 'Encounter', label, date: 'date' });
const visits = search('visits');
const shots = search('shots');

const visit = (start: string) => ({ resourceType: 'Encounter', id: start, period: { start } }) as Fact;
const shot = (at: string) => ({ resourceType: 'Immunization', id: `shot ${at}`, occurrenceDateTime: at }) as Fact;
const ids = (facts: readonly Fact[]) => facts.map(({ id }) => id);

test('strands that were read to their end stand in one order', () => {
  const merged = mergeStrands([
    { search: visits, facts: [visit('2021'), visit('2019')], hasMore: false },
    { search: shots, facts: [shot('2020-05-01')], hasMore: false },
  ]);
  expect(ids(merged.shown)).toEqual(['2021', 'shot 2020-05-01', '2019']);
  expect(merged.next).toEqual([]);
});

test('nothing is shown behind a place where something may still turn up', () => {
  const merged = mergeStrands([
    { search: visits, facts: [visit('2021'), visit('2019'), visit('2015')], hasMore: false },
    { search: shots, facts: [shot('2022'), shot('2018')], hasMore: true },
  ]);
  expect(ids(merged.shown)).toEqual(['shot 2022', '2021', '2019', 'shot 2018']);
  expect(merged.next).toEqual([shots]);
});

test('the strand that was read least far back is read next', () => {
  const merged = mergeStrands([
    { search: visits, facts: [visit('2021'), visit('2010')], hasMore: true },
    { search: shots, facts: [shot('2022'), shot('2018')], hasMore: true },
  ]);
  expect(merged.next).toEqual([shots]);
});

test('what has no date waits for the end, and does not stop the rest', () => {
  const undated = { resourceType: 'Encounter', id: 'undated' } as Fact;
  const reading = mergeStrands([{ search: visits, facts: [undated], hasMore: true }]);
  expect([reading.shown, reading.undated, reading.next]).toEqual([[], [], [visits]]);
  const read = mergeStrands([{ search: visits, facts: [undated, visit('2010')], hasMore: false }]);
  expect([ids(read.shown), ids(read.undated)]).toEqual([['2010'], ['undated']]);
});
