import { isResourceType } from '@medplum/core';
import type { ParsedReference } from '../parse-reference.ts';
import type { PreparedResource } from '../shape/prepare-resource.ts';

/** Counts references that lead nowhere, by the type that they name. A row may be looked at again: the last time counts. */
export class DanglingCounter {
  readonly #ofRows = new Map<number, readonly string[]>();

  /** Looks at a resource whose references were pointed at what there is. */
  look({ row, links }: Pick<PreparedResource, 'row' | 'links'>): void {
    const dangling = links.flatMap(({ holder, parsed }) =>
      parsed.kind === 'contained' || Object.hasOwn(holder, 'reference') ? [] : typeOf(parsed),
    );
    if (dangling.length > 0) this.#ofRows.set(row, dangling);
    else this.#ofRows.delete(row);
  }

  byType(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const type of [...this.#ofRows.values()].flat()) counts.set(type, (counts.get(type) ?? 0) + 1);
    return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** What a source writes in front of a slash may be any text: only the name of a type is repeated. */
function typeOf(parsed: ParsedReference): string {
  const type = 'resourceType' in parsed ? parsed.resourceType : undefined;
  return type !== undefined && isResourceType(type) ? type : 'Other';
}
