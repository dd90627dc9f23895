/** The graph to order: `targets(node)` are the nodes that must be stored before `node`, or together with it. */
export interface Graph {
  readonly size: number;
  targets(node: number): readonly number[];
}

/** The order of writing. */
export interface WriteOrder {
  /** Every node once, so that its targets come earlier or belong to its component. */
  readonly nodes: Int32Array;
  /** Component of each node; nodes of one component stand side by side in `nodes`. */
  readonly component: Int32Array;
}

/**
 * Strongly connected components in topological order, level by level, so that neighbours seldom wait for each other
 * (Tarjan, "Depth-first search and linear graph algorithms", 1972; iterative, since a chain may be a million long).
 * Nodes that `first` reaches come before all others; within a level the order of the nodes is kept.
 */
export function orderComponents(graph: Graph, first: readonly number[] = []): WriteOrder {
  const found = new ComponentSearch(graph);
  for (const node of first) found.visit(node);
  const early = found.count;
  for (let node = 0; node < graph.size; node++) found.visit(node);

  return { nodes: sortByLevel(graph, found, componentLevels(graph, found, early)), component: found.component };
}

/**
 * Longest way to a component without targets. The first `early` components have a level each, below all others.
 * Components are numbered targets first, so one pass is enough.
 */
function componentLevels(graph: Graph, found: ComponentSearch, early: number): Int32Array {
  const level = new Int32Array(found.count).map((_, own) => Math.min(own, early));
  for (const node of found.emitted) {
    const own = found.component[node] ?? 0;
    if (own < early) continue;
    for (const target of graph.targets(node)) {
      const other = found.component[target] ?? 0;
      if (other !== own) level[own] = Math.max(level[own] ?? 0, (level[other] ?? 0) + 1);
    }
  }
  return level;
}

/**
 * The nodes level by level. Within a level those come first whose targets came first, since the last of the level below may
 * still be on their way; else the order of the smallest nodes is kept. Sorts numbers in typed arrays: sorting by comparison
 * copies the nodes twice into V8's heap, and that room stays taken.
 */
function sortByLevel(graph: Graph, found: ComponentSearch, level: Int32Array): Int32Array {
  const nodes = new Int32Array(found.component.length);
  const positions = new Int32Array(nodes.length);
  let next = 0;
  for (const components of componentsByLevel(found, level)) {
    const ranks = Float64Array.from(
      components,
      (own, at) => latestTarget(graph, found, own, positions) * nodes.length + at,
    );
    for (const rank of ranks.sort()) {
      const members = found.members(components[rank % nodes.length] ?? 0);
      nodes.set(members, next);
      for (const node of members) positions[node] = next++;
    }
  }
  return nodes;
}

/** How far the targets of a component reach in what has been placed. */
function latestTarget(graph: Graph, found: ComponentSearch, own: number, positions: Int32Array): number {
  let latest = 0;
  for (const node of found.members(own)) {
    for (const target of graph.targets(node)) latest = Math.max(latest, positions[target] ?? 0);
  }
  return latest;
}

/** The components of each level, in the order of their smallest nodes: a counting sort. */
function* componentsByLevel(found: ComponentSearch, level: Int32Array): Generator<Int32Array> {
  const ends = levelStarts(level);
  const sorted = new Int32Array(found.count);
  const isPlaced = new Uint8Array(found.count);
  for (const own of found.component) {
    if (isPlaced[own] === 1) continue;
    isPlaced[own] = 1;
    const at = ends[level[own] ?? 0] ?? 0;
    sorted[at] = own;
    ends[level[own] ?? 0] = at + 1;
  }
  let start = 0;
  for (const end of ends) {
    yield sorted.subarray(start, end);
    start = end;
  }
}

/** How many components lie below each level. */
function levelStarts(level: Int32Array): Int32Array {
  const highest = level.reduce((max, one) => Math.max(max, one), 0);
  const counts = new Int32Array(highest + 1);
  for (const one of level) counts[one] = (counts[one] ?? 0) + 1;
  let below = 0;
  return counts.map((count) => {
    below += count;
    return below - count;
  });
}

class ComponentSearch {
  readonly component: Int32Array;
  /** Nodes in the order in which their components were closed. */
  readonly emitted: Int32Array;
  count = 0;
  /** Where each component begins in `emitted`. */
  readonly #starts: Int32Array;
  readonly #graph: Graph;
  readonly #index: Int32Array;
  readonly #low: Int32Array;
  readonly #open: number[] = [];
  #next = 1;
  #emittedCount = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
    this.component = new Int32Array(graph.size).fill(-1);
    this.emitted = new Int32Array(graph.size);
    this.#starts = new Int32Array(graph.size + 1);
    this.#index = new Int32Array(graph.size);
    this.#low = new Int32Array(graph.size);
  }

  visit(root: number): void {
    if (this.#index[root] !== 0) return;
    const path = [this.#enter(root)];
    for (let step = path.at(-1); step; step = path.at(-1)) {
      const target = step.targets[step.next++];
      if (target === undefined) {
        path.pop();
        this.#leave(step.node, path.at(-1)?.node);
      } else if (this.#index[target] === 0) {
        path.push(this.#enter(target));
      } else if (this.component[target] === -1) {
        this.#lower(step.node, this.#index[target] ?? 0);
      }
    }
  }

  /** The nodes of a closed component, smallest first. */
  members(component: number): Int32Array {
    return this.emitted.subarray(this.#starts[component], this.#starts[component + 1]);
  }

  #enter(node: number): { node: number; targets: readonly number[]; next: number } {
    this.#index[node] = this.#next;
    this.#low[node] = this.#next++;
    this.#open.push(node);
    return { node, targets: this.#graph.targets(node), next: 0 };
  }

  #leave(node: number, parent: number | undefined): void {
    if (this.#low[node] === this.#index[node]) this.#close(node);
    if (parent !== undefined) this.#lower(parent, this.#low[node] ?? 0);
  }

  #close(root: number): void {
    for (let node = this.#open.pop(); node !== undefined; node = this.#open.pop()) {
      this.component[node] = this.count;
      this.emitted[this.#emittedCount++] = node;
      if (node === root) break;
    }
    this.#starts[++this.count] = this.#emittedCount;
    this.members(this.count - 1).sort();
  }

  #lower(node: number, low: number): void {
    this.#low[node] = Math.min(this.#low[node] ?? low, low);
  }
}
