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

  const { component } = found;
  const level = componentLevels(graph, found);
  const rank = (node: number): number => {
    const own = component[node] ?? 0;
    return own < early ? -1 : (level[own] ?? 0);
  };
  const nodes = Int32Array.from({ length: graph.size }, (_, node) => node);
  const firstNode = firstNodes(component, found.count);
  const lead = (node: number): number => {
    const own = component[node] ?? 0;
    return own < early ? own : (firstNode[own] ?? 0);
  };
  nodes.sort((a, b) => rank(a) - rank(b) || lead(a) - lead(b) || a - b);
  return { nodes, component };
}

/** Smallest node of each component: what keeps a level in the order of the file. */
function firstNodes(component: Int32Array, count: number): Int32Array {
  const first = new Int32Array(count).fill(-1);
  component.forEach((own, node) => {
    if (first[own] === -1) first[own] = node;
  });
  return first;
}

/** Longest way to a component without targets. Components are numbered targets first, so one pass is enough. */
function componentLevels(graph: Graph, found: ComponentSearch): Int32Array {
  const level = new Int32Array(found.count);
  for (const node of found.emitted.subarray(0, graph.size)) {
    const own = found.component[node] ?? 0;
    for (const target of graph.targets(node)) {
      const other = found.component[target] ?? 0;
      if (other !== own) level[own] = Math.max(level[own] ?? 0, (level[other] ?? 0) + 1);
    }
  }
  return level;
}

class ComponentSearch {
  readonly component: Int32Array;
  /** Nodes in the order in which their components were closed. */
  readonly emitted: Int32Array;
  count = 0;
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
    this.count++;
  }

  #lower(node: number, low: number): void {
    this.#low[node] = Math.min(this.#low[node] ?? low, low);
  }
}
