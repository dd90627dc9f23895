import type { Bundle } from '@medplum/fhirtypes';
import type { LoadContext } from '../load-context.ts';
import { readEach } from '../match/read-each.ts';
import { findSymbols } from '../match/symbolize-stored.ts';
import { symbolOf } from '../shape/link-resource.ts';
import { sourceKeyOf } from '../shape/shape-meta.ts';

/** For each reference to an id of the store: what it stands for, undefined for itself. Not in it: nobody can say. */
export type Symbols = ReadonlyMap<string, string | undefined>;

/** Reads what references of stored resources stand for. A target that was deleted here is known by its history. */
export async function readSymbols(context: LoadContext, references: ReadonlySet<string>): Promise<Symbols> {
  const { binding, medplum, origin, signal } = context;
  const bound = binding.kind === 'app' ? binding.reference : undefined;
  const asked = new Set([...references].filter((text) => text !== bound));
  const found = await findSymbols(medplum, origin.namespace, asked, signal);
  const symbols = new Map<string, string | undefined>();
  const gone: string[] = [];
  for (const [reference, target] of found) {
    if (target) symbols.set(reference, target.symbol);
    else gone.push(reference);
  }
  const histories = await readEach(
    medplum,
    gone.map((reference) => `${reference}/_history?_count=2`),
    signal,
  );
  for (const [position, { resource }] of histories.entries()) {
    const last = (resource as Bundle | undefined)?.entry?.find((entry) => entry.resource)?.resource;
    const key = last && sourceKeyOf(last.resourceType, last.meta, origin.namespace);
    const reference = gone[position];
    if (reference !== undefined && last) symbols.set(reference, key && symbolOf(key));
  }
  return symbols;
}
