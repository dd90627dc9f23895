import { basename } from 'node:path';
import type { LoadedMap } from './load-map.ts';

/** One line a map, for whoever loaded them. */
export function describeLoaded(loaded: ReadonlyMap<string, LoadedMap>): string[] {
  return [...loaded].map(([file, { parts, written, deleted }]) => {
    const name = basename(file);
    if (written + deleted === 0) return `${name}: unchanged`;
    return `${name}: ${written} of ${parts} parts written${deleted > 0 ? `, ${deleted} deleted` : ''}`;
  });
}
