import { MAX_ENTRIES } from '../write/draft.ts';
import type { ExportIndex } from './export-index.ts';
import { orderComponents, type WriteOrder } from './order-components.ts';

/** Rows that are read, matched and placed together: components in order of writing. */
export type Window = readonly (readonly number[])[];

const WINDOW_ROWS = 400;
const WINDOW_BYTES = 8 << 20;

/**
 * The order of writing, cut into windows small enough to hold. `first` rows, and what they refer to, come before all
 * others. A component larger than a bundle comes out in pieces: the loader completes
 * its references at the end.
 */
export function* planWindows(index: ExportIndex, first: readonly number[]): Generator<Window> {
  const order = orderComponents(index, first);
  let window: number[][] = [];
  let [rows, bytes] = [0, 0];
  for (const component of components(index, order)) {
    const size = component.reduce((sum, row) => sum + index.place(row).length, 0);
    if (rows > 0 && (rows + component.length > WINDOW_ROWS || bytes + size > WINDOW_BYTES)) {
      yield window;
      window = [];
      [rows, bytes] = [0, 0];
    }
    window.push(component);
    rows += component.length;
    bytes += size;
  }
  if (rows > 0) yield window;
}

function* components(index: ExportIndex, order: WriteOrder): Generator<number[]> {
  let current: number[] = [];
  let [component, bytes] = [-1, 0];
  for (const row of order.nodes) {
    if (index.isShaded(row)) continue;
    const own = order.component[row] ?? -1;
    const { length } = index.place(row);
    if (own !== component || current.length >= MAX_ENTRIES || bytes + length > WINDOW_BYTES) {
      if (current.length > 0) yield current;
      current = [];
      [component, bytes] = [own, 0];
    }
    current.push(row);
    bytes += length;
  }
  if (current.length > 0) yield current;
}
