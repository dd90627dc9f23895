import type { Meta, Resource, ResourceType } from '@medplum/fhirtypes';
import { SOURCE_META_EXTENSION } from '../contract/identifiers.ts';
import { type SourceKey, sourceRoot } from '../contract/source-key.ts';
import { retryRead } from '../medplum/retry-read.ts';
import { contentHash } from './content-hash.ts';
import { symbolOf } from './link-resource.ts';
import type { LoadContext } from './load-context.ts';
import { type StoredVersion, search } from './look-up.ts';
import { hashedMeta, storedHash } from './shape-meta.ts';
import { type Json, type JsonObject, type ReferenceHolder, walkReferences } from './walk-references.ts';

const STORED_REFERENCE = /^[A-Z][A-Za-z]+\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * True when the stored resource no longer says what the bridge wrote: somebody edited it in Medplum. Its hash is taken
 * again over the stored body, with references turned back into the source keys that they stand for.
 */
export async function isEditedHere(context: LoadContext, key: SourceKey, stored: StoredVersion): Promise<boolean> {
  const type = key.resourceType as ResourceType;
  const body = await retryRead(() => context.medplum.readResource(type, stored.id), context.signal);
  const { meta, ...content } = body as Resource & { meta?: Meta };
  const resource = content as unknown as JsonObject;
  const holders: ReferenceHolder[] = [];
  walkReferences(resource, (holder) => holders.push(holder));
  const symbols = await symbolsOf(context, holders);
  for (const holder of holders) holder.reference = symbols.get(holder.reference) ?? holder.reference;
  return contentHash(resource, hashedMeta(meta as Json | undefined)) !== storedHash(meta);
}

/** From `Type/<uuid>` to symbol, for those targets that belong to the namespace. */
async function symbolsOf(context: LoadContext, holders: readonly ReferenceHolder[]): Promise<Map<string, string>> {
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
  return new Map(
    found.flatMap((resource) => {
      const key = sourceKeyOf(resource, context.origin.namespace);
      return key ? [[`${resource.resourceType}/${resource.id}`, symbolOf(key)] as const] : [];
    }),
  );
}

/** The source key of a resource of this namespace, read back from its `meta`. */
function sourceKeyOf(resource: Resource, namespace: string): SourceKey | undefined {
  const root = `${sourceRoot(namespace)}${resource.resourceType}/`;
  const source = resource.meta?.source;
  if (!source?.startsWith(root)) return undefined;
  const ours = resource.meta?.extension?.find((extension) => extension.url === SOURCE_META_EXTENSION);
  const longId = ours?.extension?.find((part) => part.url === 'id')?.valueString;
  return { resourceType: resource.resourceType, id: longId ?? decodeURIComponent(source.slice(root.length)) };
}
