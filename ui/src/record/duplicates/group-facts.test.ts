import { expect, test } from 'vitest';
import type { Fact } from '../find-facts.ts';
import type { FactCluster } from './find-clusters.ts';
import { groupFacts } from './group-facts.ts';

const makeFact = (id: string): Fact => ({ resourceType: 'Condition', id, subject: {} });

test('what belongs to a cluster is one row, where the first of it stands, whatever else is between', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(makeFact) as [Fact, Fact, Fact, Fact];
  const cluster: FactCluster = { id: 'x', members: [d, a, c], rules: [] };
  const clusters = new Map([a, c, d].map((fact) => [`Condition/${fact.id}`, cluster]));
  expect(groupFacts([a, b, c], clusters)).toEqual([{ fact: a, cluster }, { fact: b }]);
  expect(groupFacts([b], clusters)).toEqual([{ fact: b }]);
});
