import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Graph, orderComponents } from './order-components.ts';

const graphOf = (targets: readonly (readonly number[])[]): Graph => ({
  size: targets.length,
  targets: (node) => targets[node] ?? [],
});

/** Everything that can be reached from a node, itself included. */
function reach(graph: Graph, from: readonly number[]): Set<number> {
  const seen = new Set(from);
  for (const node of seen) for (const target of graph.targets(node)) seen.add(target);
  return seen;
}

const anyGraph = fc
  .integer({ min: 1, max: 14 })
  .chain((size) => fc.array(fc.array(fc.nat(size - 1), { maxLength: 3 }), { minLength: size, maxLength: size }))
  .map(graphOf);

test('in any graph every node comes once, after its targets or with them, and what `first` reaches comes first', () => {
  fc.assert(
    fc.property(anyGraph, fc.array(fc.nat(13), { maxLength: 2 }), (graph, wanted) => {
      const first = wanted.filter((node) => node < graph.size);
      const { nodes, component } = orderComponents(graph, first);
      const all = Array.from({ length: graph.size }, (_, node) => node);
      expect([...nodes].sort((a, b) => a - b)).toEqual(all);

      const place = new Map([...nodes].map((node, position) => [node, position]));
      const reached = all.map((node) => reach(graph, [node]));
      for (const a of all) {
        for (const b of all) {
          const areTogether = reached[a]?.has(b) === true && reached[b]?.has(a) === true;
          expect(component[a] === component[b]).toBe(areTogether);
          const isBefore = (place.get(b) ?? 0) < (place.get(a) ?? 0);
          if (reached[a]?.has(b) && !areTogether) expect(isBefore).toBe(true);
        }
      }

      const runs = [...nodes].filter((node, at) => component[node] !== component[nodes[at - 1] ?? -1]);
      expect(runs.length).toBe(new Set(component).size);
      const early = reach(graph, first);
      expect(new Set(nodes.subarray(0, early.size))).toEqual(early);
    }),
    { numRuns: 2000 },
  );
});

test('nodes that wait for nothing stay in the order of the file; above, who waits for the earliest comes first', () => {
  const { nodes } = orderComponents(graphOf([[4], [], [4], [1], [], [0], [3]]));
  expect([...nodes]).toEqual([1, 4, 3, 0, 2, 6, 5]);
});

test('a chain of two hundred thousand nodes does not use up the stack', () => {
  const size = 200_000;
  const { nodes, component } = orderComponents({ size, targets: (node) => (node + 1 < size ? [node + 1] : []) });
  expect(nodes[0]).toBe(size - 1);
  expect(nodes[size - 1]).toBe(0);
  expect(new Set(component).size).toBe(size);
});

test('a circle of two hundred thousand nodes is one component', () => {
  const size = 200_000;
  const { nodes, component } = orderComponents({ size, targets: (node) => [(node + 1) % size] });
  expect(new Set(component).size).toBe(1);
  expect(new Set(nodes).size).toBe(size);
});

test('a graph without nodes has no order', () => {
  expect(orderComponents(graphOf([])).nodes).toHaveLength(0);
});
