import { randomUUID } from 'node:crypto';
import { formatSourceKey, type SourceKey } from '../../contract/source-key.ts';
import { placeDocument, symbolizeAttachments } from '../documents/link-attachments.ts';
import { findDocument, storeDocument } from '../documents/store-documents.ts';
import type { LoadContext } from '../load-context.ts';
import { digestMeanings } from '../match/digest-line.ts';
import type { StoredVersion } from '../match/look-up.ts';
import { mergeEdits } from '../merge/merge-edits.ts';
import { escapeSearchValue, metaSource } from '../meta-source.ts';
import type { ExportIndex } from '../order/export-index.ts';
import type { ParsedReference } from '../parse-reference.ts';
import { isObject, type JsonObject, walkReferences } from '../walk-references.ts';
import { linkResource, symbolOf, type Target } from './link-resource.ts';
import type { PreparedResource } from './prepare-resource.ts';
import { type Age, isOlder, shapeMeta } from './shape-meta.ts';

/** A row on its way: what it says, and what the store has of it. */
export interface Member {
  readonly prepared: PreparedResource;
  readonly stored: StoredVersion | undefined;
  /** `urn:uuid:` that names it inside its bundle while it has no id. */
  readonly urn: string;
  /** True when the row was settled before and only its references are completed now. */
  readonly isRevisit: boolean;
}

/** What has to be done for a row. */
export type Decision = Write | Leave;

interface Leave extends Decided {
  readonly kind: 'unchanged' | 'edited-here' | 'older-than-stored';
}

interface Decided {
  readonly member: Member;
  /** True when it refers to a row whose turn has not come: its component is larger than a bundle. */
  readonly isIncomplete: boolean;
  /** True when nothing but its line, and what the namespace holds under the keys that it names, decided how it is stored. */
  readonly isByLineAlone?: boolean;
}

export interface Write extends Decided {
  readonly kind: 'create' | 'update';
  /** The Bundle entry. */
  readonly json: string;
  /** How the other entries of the bundle, and its Provenance, name the resource. */
  readonly reference: string;
  /** Set when it was edited here too: FHIRPath of the elements in which the local value won. */
  readonly kept?: readonly string[] | undefined;
}

export function isWrite(decision: Decision): decision is Write {
  return decision.kind === 'create' || decision.kind === 'update';
}

/** Ids of resources that lie outside the export but inside the namespace, by `Type/id` of the source. */
export type OutsideIds = ReadonlyMap<string, string>;

/** A row on its way, under a urn that no other bundle names anything by. */
export function makeMember(prepared: PreparedResource, stored: StoredVersion | undefined, isRevisit = false): Member {
  return { prepared, stored, urn: `urn:uuid:${randomUUID()}`, isRevisit };
}

/**
 * Links a row and decides: create, update, or nothing. `urns` are the rows that travel in the same bundle.
 * Reads the stored body only when the source says something else than before; what was edited there is merged.
 */
export async function composeEntry(
  context: LoadContext,
  member: Member,
  urns: ReadonlyMap<number, string>,
  outside: OutsideIds,
): Promise<Decision> {
  const { prepared, stored } = member;
  let [hasFreshTarget, isIncomplete] = [false, false];
  let isLineAlone = prepared.repairs.length === 0 && prepared.attachments.length === 0;
  const leaving: [ParsedReference, string | undefined][] = [];
  const resolve = (parsed: ParsedReference, owner: SourceKey): Target | undefined => {
    const row = context.index.rowOfReference(parsed);
    const target = row === -1 ? outsideTarget(parsed, outside) : rowTarget(context, row, parsed, owner, urns);
    // What a search or a Bundle's fullUrl means may be another row the next time, though the line is the same.
    const isNamedElsewhere = parsed.kind !== 'literal' && row !== -1 && context.index.idOf(row) !== undefined;
    isLineAlone &&= row === -1 || (target !== undefined && !isNamedElsewhere);
    if (row === -1) leaving.push([parsed, outsideId(parsed, outside)]);
    hasFreshTarget ||= row !== -1 && (context.states.isFresh(row) || urns.has(row));
    isIncomplete ||= row !== -1 && !target && context.states.isUnseen(row);
    return target;
  };
  const attached = symbolizeAttachments(prepared.attachments, (url, own) =>
    findDocument(context, prepared.row, url, own),
  );
  const linked = linkResource(prepared, context.origin.namespace, resolve);
  context.onLinked?.(prepared);
  const { sha256 } = linked;
  // A target that was created now although its referrer is matched was expunged in between: the stored link is dead.
  const account = accountFor(context, prepared.row, linked.targets, urns);
  // Put into a compartment that is not the Patient's any more: the record was bound anew.
  const isElsewhere = stored !== undefined && stored.accounts.length > 0 && !isOneOf(stored.accounts, account);
  const isByLineAlone = isLineAlone && prepared.line !== undefined && leaving.every(([{ kind }]) => kind === 'literal');
  if (stored && stored.sha256 === sha256 && !hasFreshTarget && !isElsewhere)
    return { kind: 'unchanged', member, isIncomplete, isByLineAlone };
  if (stored && isOlder(ageOf(context, prepared), stored.age))
    return { kind: 'older-than-stored', member, isIncomplete };
  const edits = stored && (await mergeEdits(context, prepared, stored, linked, attached));
  if (edits?.kind === 'unmergeable') return { kind: 'edited-here', member, isIncomplete };
  const merged = edits?.kind === 'merged' ? edits : undefined;

  const { key, line, repairs } = prepared;
  const resource = merged?.resource ?? prepared.resource;
  for (const document of merged?.attached ?? attached) placeDocument(document, await storeDocument(context, document));
  const meta = shapeMeta(resource.meta, key, context.origin, {
    sha256,
    line: isLineAlone && line !== undefined ? digestMeanings(line, leaving) : undefined,
    retrieved: context.retrieved,
    account: merged ? accountFor(context, prepared.row, ownReferences(resource), urns) : account,
    isRepaired: repairs.length > 0,
    parksProfile: prepared.parksProfile,
    replaced: edits?.meta,
    overridden: merged?.overridden,
  });
  const written = request(context, member, { ...resource, meta });
  return { ...written, member, isIncomplete, isByLineAlone: isByLineAlone && !merged, kept: merged?.kept };
}

/** How the resource is written: a new one, or a new version of what was looked up and of nothing else. */
function request(context: LoadContext, member: Member, body: JsonObject): Pick<Write, 'kind' | 'json' | 'reference'> {
  const { stored } = member;
  const resourceType = String(body.resourceType);
  if (!stored) {
    const json = JSON.stringify({ ...createRequest(context, member, resourceType), resource: body });
    return { kind: 'create', json, reference: member.urn };
  }
  const reference = `${resourceType}/${stored.id}`;
  const request = { method: 'PUT', url: reference, ifMatch: `W/"${stored.versionId}"` };
  return { kind: 'update', json: JSON.stringify({ request, resource: { ...body, id: stored.id } }), reference };
}

/** When the source said this, and when the export was retrieved that brings it. */
function ageOf({ retrieved }: LoadContext, { resource: { meta } }: PreparedResource): Age {
  const lastUpdated = isObject(meta) ? meta.lastUpdated : undefined;
  return {
    lastUpdated: typeof lastUpdated === 'string' ? lastUpdated : undefined,
    retrieved: retrieved.toISOString(),
  };
}

/** Outside a transaction the condition keeps what may have been created meanwhile from being created twice. */
function createRequest({ hasTransactions, origin }: LoadContext, { urn, prepared }: Member, url: string): JsonObject {
  if (hasTransactions) return { fullUrl: urn, request: { method: 'POST', url } };
  const source = encodeURIComponent(escapeSearchValue(metaSource(origin.namespace, prepared.key)));
  return { request: { method: 'POST', url, ifNoneExist: `_source=${source}` } };
}

/** The Patient as this bundle must name it; undefined when the import binds to none, or it is not stored yet. */
export function patientReference(context: LoadContext, urns: ReadonlyMap<number, string>): string | undefined {
  const { binding } = context;
  if (binding.kind === 'none') return undefined;
  if (binding.kind === 'app') return binding.reference;
  const id = context.states.storedId(binding.row);
  return id ? `Patient/${id}` : urns.get(binding.row);
}

/** Nobody's account is as good as any. */
function isOneOf(accounts: readonly string[], account: string | undefined): boolean {
  return account === undefined || accounts.includes(account);
}

/** What the resource itself refers to, not its contained resources or extensions. */
function ownReferences(resource: JsonObject): string[] {
  const references: string[] = [];
  walkReferences(resource, ({ reference }, nested) => {
    if (!nested) references.push(reference);
  });
  return references;
}

/** Who does not name the Patient would be invisible in the patient's compartment. */
function accountFor(
  context: LoadContext,
  row: number,
  targets: readonly string[],
  urns: ReadonlyMap<number, string>,
): string | undefined {
  const patient = patientReference(context, urns);
  const isPatient = context.binding.kind === 'own' && context.binding.row === row;
  return patient === undefined || isPatient || targets.includes(patient) ? undefined : patient;
}

/** The source key of the row of the export that a reference means. */
export function targetKey(index: ExportIndex, row: number, parsed: ParsedReference): SourceKey {
  const resourceType = index.typeOf(row);
  if (parsed.kind === 'literal') return { resourceType, id: parsed.id };
  const named = parsed.kind === 'urn' ? parsed.urn.slice('urn:uuid:'.length) : '';
  return { resourceType, id: index.idOf(row) ?? named };
}

function outsideId(parsed: ParsedReference, outside: OutsideIds): string | undefined {
  return parsed.kind === 'literal' ? outside.get(formatSourceKey(parsed)) : undefined;
}

function outsideTarget(parsed: ParsedReference, outside: OutsideIds): Target | undefined {
  const id = outsideId(parsed, outside);
  return id && parsed.kind === 'literal'
    ? { reference: `${parsed.resourceType}/${id}`, symbol: symbolOf(parsed) }
    : undefined;
}

function rowTarget(
  context: LoadContext,
  row: number,
  parsed: ParsedReference,
  owner: SourceKey,
  urns: ReadonlyMap<number, string>,
): Target | undefined {
  const { binding, index, states } = context;
  const type = index.typeOf(row);
  const isPerson = type === 'Patient' && owner.resourceType !== 'Patient';
  if (binding.kind === 'app' && isPerson && !binding.bystanders?.has(row)) {
    return { reference: binding.reference, symbol: binding.reference };
  }
  const id = states.storedId(row);
  const reference = id ? `${type}/${id}` : urns.get(row);
  return reference ? { reference, symbol: symbolOf(targetKey(index, row, parsed)) } : undefined;
}
