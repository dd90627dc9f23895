import type { Meta, Resource, ResourceType } from '@medplum/fhirtypes';
import { retryRead } from '../medplum/retry-read.ts';
import { contentHash } from './content-hash.ts';
import { symbolizeStored } from './documents/link-attachments.ts';
import { type LinkedResource, symbolOf } from './link-resource.ts';
import type { LoadContext } from './load-context.ts';
import { type StoredVersion, search } from './look-up.ts';
import type { PreparedResource } from './prepare-resource.ts';
import { hashedMeta, sourceKeyOf, storedHash } from './shape-meta.ts';
import { type Json, type JsonObject, type ReferenceHolder, walkReferences } from './walk-references.ts';

const STORED_REFERENCE = /^[A-Z][A-Za-z]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * True when the stored resource no longer says what the bridge wrote: somebody edited it in Medplum. Its hash is taken
 * again over the stored body, with references turned back into the source keys that they stand for. A link whose target
 * is gone from the store stands for what the source says at that place (`linked`): nobody links to nothing on purpose.
 */
export async function isEditedHere(
  context: LoadContext,
  prepared: PreparedResource,
  stored: StoredVersion,
  linked: LinkedResource,
): Promise<boolean> {
  const type = prepared.resource.resourceType as ResourceType;
  const body = await retryRead(() => context.medplum.readResource(type, stored.id), context.signal);
  const { meta, ...content } = body as Resource & { meta?: Meta };
  const resource = content as unknown as JsonObject;
  symbolizeStored(resource);
  const holders = referenceHolders(resource);
  const targets = await findTargets(context, holders);
  const expected = referenceHolders(prepared.resource).map((holder) => linked.symbols.get(holder.reference));
  for (const [position, holder] of holders.entries()) {
    const isDead = targets.has(holder.reference) && targets.get(holder.reference) === undefined;
    const symbol = isDead ? expected[position] : targets.get(holder.reference)?.symbol;
    holder.reference = symbol ?? holder.reference;
  }
  return contentHash(resource, hashedMeta(meta as Json | undefined)) !== storedHash(meta);
}

function referenceHolders(resource: JsonObject): ReferenceHolder[] {
  const holders: ReferenceHolder[] = [];
  walkReferences(resource, (holder) => holders.push(holder));
  return holders;
}

/** For each reference to an id of the store: its symbol if it is of this namespace, undefined when nothing is there. */
async function findTargets(
  context: LoadContext,
  holders: readonly ReferenceHolder[],
): Promise<Map<string, { symbol: string | undefined } | undefined>> {
  const bound = context.binding.kind === 'app' ? context.binding.reference : undefined;
  const texts = new Set(holders.map((holder) => holder.reference).filter((text) => STORED_REFERENCE.test(text)));
  if (bound) texts.delete(bound);
  const byType = Map.groupBy(texts, (text) => text.slice(0, text.indexOf('/')));
  const searches = [...byType]
    .filter(([type]) => type !== 'Binary')
    .map(([type, ofType]) => {
      const ids = ofType.map((text) => text.slice(type.length + 1)).join(',');
      return `${type}?_id=${ids}&_fields=meta&_count=1000`;
    });
  const found = searches.length > 0 ? await search(context.medplum, searches, context.signal) : [];
  const targets = new Map<string, { symbol: string | undefined } | undefined>(
    [...texts].map((text) => [text, undefined]),
  );
  for (const resource of found) {
    const key = sourceKeyOf(resource.resourceType, resource.meta, context.origin.namespace);
    targets.set(`${resource.resourceType}/${resource.id}`, { symbol: key && symbolOf(key) });
  }
  return targets;
}
