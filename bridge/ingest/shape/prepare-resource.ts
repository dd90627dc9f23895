import { SOURCE_ACTIVE_EXTENSION } from '../../contract/identifiers.ts';
import type { SourceKey } from '../../contract/source-key.ts';
import type { LargeDocuments } from '../documents/large-strings.ts';
import { type AttachmentLink, collectAttachments } from '../documents/link-attachments.ts';
import { type ParsedReference, parseReference } from '../parse-reference.ts';
import { type Repair, repairResource, type Unrepairable } from '../repair/repair-resource.ts';
import { isObject, type Json, type JsonObject, type ReferenceHolder, walkReferences } from '../walk-references.ts';

/** A reference of a prepared resource that may have to be pointed somewhere. */
export interface Link {
  readonly holder: ReferenceHolder;
  /** What the holder said when it came from the source. */
  readonly said: Readonly<JsonObject>;
  /** The text as the source wrote it. */
  readonly text: string;
  readonly parsed: ParsedReference;
  /** True below `contained` or an extension: no claim of the resource itself. */
  readonly nested: boolean;
}

/** A resource that the server would accept, its references still as the source wrote them. */
export interface PreparedResource {
  readonly row: number;
  readonly key: SourceKey;
  /** Digest of the line that it came as; undefined for what is no line. */
  readonly line?: string | undefined;
  readonly resource: JsonObject;
  readonly links: readonly Link[];
  readonly attachments: readonly AttachmentLink[];
  /** What was changed so that the server takes it. */
  readonly repairs: readonly Repair[];
  /** True when the server refused it as what its profiles claim: they are kept beside it. */
  readonly parksProfile?: boolean;
}

/** A Patient of the source is kept inactive beside the app's, which takes its place unless it is somebody else. */
export interface Retirement {
  /** `Patient/<id>` of the app's. */
  readonly by: string | undefined;
}

/** The server would refuse it, whatever is repaired. */
export type InvalidResource = Unrepairable;

/**
 * Takes one resource of the export and makes it what will be stored, but for ids, our part of `meta` and references:
 * repaired where the server would refuse it. `retirement` is what becomes of it if it is a Patient. `large` are the documents
 * that were left in the file.
 */
export function prepareResource(
  row: number,
  key: SourceKey,
  source: JsonObject,
  retirement: Retirement | undefined,
  large?: LargeDocuments,
): PreparedResource | InvalidResource {
  const { id: _, meta, ...content } = source;
  const { kept, moved } = splitMeta(meta);
  const repaired = repairResource(kept === undefined ? content : { ...content, meta: kept });
  if (!('repairs' in repaired)) return repaired;
  const links: Link[] = [];
  walkReferences(repaired.resource, (holder, nested) =>
    links.push({
      holder,
      said: { ...holder },
      text: holder.reference,
      parsed: parseReference(holder.reference),
      nested,
    }),
  );
  const isRetired = key.resourceType === 'Patient' && retirement !== undefined;
  const resource = isRetired ? retirePatient(repaired.resource, retirement) : { ...repaired.resource };
  if (moved) resource.meta = { ...(isObject(resource.meta) ? resource.meta : {}), ...moved };
  return { row, key, resource, links, attachments: collectAttachments(resource, large), repairs: repaired.repairs };
}

/** `meta` without what the server says itself: that is moved to an extension as text, and need not be valid. */
function splitMeta(meta: Json | undefined): { kept: Json | undefined; moved: JsonObject | undefined } {
  if (!isObject(meta)) return { kept: meta, moved: undefined };
  const { source, versionId, lastUpdated, ...kept } = meta;
  return { kept: Object.keys(kept).length > 0 ? kept : undefined, moved: { source, versionId, lastUpdated } };
}

/**
 * The source's Patient beside the app's: inactive, replaced by it, its own `active` kept (R4 patient.html#links). Where the source
 * itself replaced it by another, the app's comes before that one: whoever follows the first such link arrives there.
 */
function retirePatient(source: JsonObject, { by }: Retirement): JsonObject {
  const { active, link, extension, ...rest } = source;
  const kept = active === undefined ? [] : [{ url: SOURCE_ACTIVE_EXTENSION, valueBoolean: active }];
  const extensions = [...[extension ?? []].flat(), ...kept];
  const own = [link ?? []].flat();
  const first = own.findIndex((one) => isObject(one) && one.type === 'replaced-by');
  const ours = by ? [{ other: { reference: by }, type: 'replaced-by' }] : [];
  const links = own.toSpliced(first === -1 ? own.length : first, 0, ...ours);
  return {
    ...rest,
    active: false,
    ...(extensions.length > 0 ? { extension: extensions } : {}),
    ...(links.length > 0 ? { link: links } : {}),
  };
}
