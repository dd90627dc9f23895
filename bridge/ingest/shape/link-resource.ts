import { ORG_CONNECTION_SYSTEM, SOURCE_REFERENCE_EXTENSION } from '../../contract/identifiers.ts';
import { formatSourceKey, type SourceKey } from '../../contract/source-key.ts';
import { identifierOfQuery, type ParsedReference } from '../parse-reference.ts';
import type { JsonObject } from '../walk-references.ts';
import { contentHash } from './content-hash.ts';
import type { Link, PreparedResource } from './prepare-resource.ts';
import { hashedMeta } from './shape-meta.ts';

/** What a reference means in the store. */
export interface Target {
  /** What `Reference.reference` will hold: `Type/<uuid>`, or `urn:uuid:<uuid>` inside one bundle. */
  readonly reference: string;
  /** The same, said so that it is equal on every run and every server: the source key, or a fixed reference. */
  readonly symbol: string;
}

/** Finds what a reference means; undefined when its target is neither stored nor about to be. */
export type Resolve = (parsed: ParsedReference, owner: SourceKey) => Target | undefined;

export interface LinkedResource {
  /** SHA-256 (hex) over the symbolic form. */
  readonly sha256: string;
  /** Targets that the resource itself refers to, not its contained resources or extensions. */
  readonly targets: readonly string[];
  /** From what `Reference.reference` holds now to its symbol. */
  readonly symbols: ReadonlyMap<string, string>;
}

/**
 * Points every reference of a prepared resource at its target, in place. What has none becomes a logical reference that
 * keeps the source's text (R4 references.html#logical). Returns the hash of the symbolic form, which it passes through.
 */
export function linkResource(prepared: PreparedResource, namespace: string, resolve: Resolve): LinkedResource {
  const resolved: [Link, Target][] = [];
  for (const link of prepared.links) {
    const { parsed } = link;
    if (parsed.kind === 'contained') continue;
    if (!Object.hasOwn(link.holder, 'reference')) restore(link);
    const target = resolve(parsed, prepared.key);
    if (target) resolved.push([link, target]);
    else makeLogical(link, parsed, namespace);
  }
  for (const [link, target] of resolved) link.holder.reference = target.symbol;
  const sha256 = contentHash(prepared.resource, hashedMeta(prepared.resource.meta));
  for (const [link, target] of resolved) link.holder.reference = target.reference;
  const targets = resolved.filter(([link]) => !link.nested).map(([, target]) => target.reference);
  const symbols = new Map(resolved.map(([, target]) => [target.reference, target.symbol]));
  return { sha256, targets, symbols };
}

/** Symbolic form of a reference to a resource of the same namespace. A UUID may be written in either case. */
export function symbolOf(key: SourceKey): string {
  const text = formatSourceKey(key);
  return `source:${UUID_ID.test(text) ? text.toLowerCase() : text}`;
}

const UUID_ID = /\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function makeLogical(link: Link, parsed: ParsedReference, namespace: string): void {
  const holder: JsonObject = link.holder;
  const extensions = Array.isArray(holder.extension) ? holder.extension : [];
  delete holder.reference;
  holder.identifier ??= identifierOf(parsed, link.text, namespace);
  if ('resourceType' in parsed) holder.type ??= parsed.resourceType;
  holder.extension = [...extensions, { url: SOURCE_REFERENCE_EXTENSION, valueString: link.text }];
}

/** Takes back what an earlier pass over the same resource made logical: its target may be stored by now. */
function restore({ holder, said }: Link): void {
  for (const name of Object.keys(holder)) delete holder[name];
  Object.assign(holder, said);
}

function identifierOf(parsed: ParsedReference, text: string, namespace: string): JsonObject {
  const asked = parsed.kind === 'conditional' ? identifierOfQuery(parsed.query) : undefined;
  if (asked) return { ...asked };
  const value = parsed.kind === 'literal' ? formatSourceKey(parsed) : text;
  return { system: `${ORG_CONNECTION_SYSTEM}/${namespace}`, value };
}
