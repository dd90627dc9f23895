import type { LoadContext } from '../load-context.ts';
import type { Component } from './draft.ts';

/**
 * The components of a window in another order, just as good: first those that refer to nothing in the window, then those
 * that refer only to the first, and so on. Where a bundle may not refer to itself, each change of round ends one, and in
 * the order of the window almost every component would. The export's own Patient comes first whatever it refers to,
 * since everything else must name it; its references are closed at the end.
 */
export function inRounds(
  { binding, index }: Pick<LoadContext, 'binding' | 'index'>,
  components: readonly Component[],
): Component[] {
  const patient = binding.kind === 'own' ? binding.row : -1;
  const rounds = new Map<number, number>();
  const placed = components.map((component) => {
    const rows = component.map(({ prepared }) => prepared.row);
    const before = rows.flatMap((row) => index.targets(row)).map((target) => rounds.get(target) ?? 0);
    const round = rows.includes(patient) ? 0 : 1 + Math.max(0, ...before);
    for (const row of rows) rounds.set(row, round);
    return { component, round };
  });
  return placed.toSorted((a, b) => a.round - b.round).map(({ component }) => component);
}
