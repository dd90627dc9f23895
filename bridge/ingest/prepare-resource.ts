import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { OperationOutcomeIssue, Resource } from '@medplum/fhirtypes';
import { SOURCE_ACTIVE_EXTENSION } from '../contract/identifiers.ts';
import type { SourceKey } from '../contract/source-key.ts';
import { type AttachmentLink, collectAttachments } from './documents/link-attachments.ts';
import { type JsonObject, type ReferenceHolder, walkReferences } from './walk-references.ts';

/** A reference of a prepared resource that may have to be pointed somewhere. */
export interface Link {
  readonly holder: ReferenceHolder;
  /** What the holder said when it came from the source. */
  readonly said: Readonly<JsonObject>;
  /** The text as the source wrote it. */
  readonly text: string;
  /** True below `contained` or an extension: no claim of the resource itself. */
  readonly nested: boolean;
}

/** A resource that the server would accept, its references still as the source wrote them. */
export interface PreparedResource {
  readonly row: number;
  readonly key: SourceKey;
  readonly resource: JsonObject;
  readonly links: readonly Link[];
  readonly attachments: readonly AttachmentLink[];
}

/** The server would refuse it: its own issues, by the same code that it runs. */
export interface InvalidResource {
  readonly issues: readonly OperationOutcomeIssue[];
}

/**
 * Takes one resource of the export and makes it what will be stored, but for ids, `meta` and references.
 * `app` is the reference of the app's Patient when the source's Patient is only kept beside it.
 */
export function prepareResource(
  row: number,
  key: SourceKey,
  source: JsonObject,
  app: string | undefined,
): PreparedResource | InvalidResource {
  const links: Link[] = [];
  walkReferences(source, (holder, nested) =>
    links.push({ holder, said: { ...holder }, text: holder.reference, nested }),
  );
  const resource = key.resourceType === 'Patient' && app ? retirePatient(source, app) : { ...source };
  delete resource.id;
  for (const { holder } of links) if (holder.reference === '') dropEmptyReference(holder);
  const issues = findIssues(resource);
  if (issues.length > 0) return { issues };
  const attachments = collectAttachments(resource);
  return { row, key, resource, links: links.filter((link) => link.text !== ''), attachments };
}

/** The source's Patient beside the app's: inactive, replaced by it, its own `active` kept (R4 patient.html#links). */
function retirePatient(source: JsonObject, app: string): JsonObject {
  const { active, link, extension, ...rest } = source;
  const kept = active === undefined ? [] : [{ url: SOURCE_ACTIVE_EXTENSION, valueBoolean: active }];
  const extensions = [...[extension ?? []].flat(), ...kept];
  return {
    ...rest,
    active: false,
    ...(extensions.length > 0 ? { extension: extensions } : {}),
    link: [...[link ?? []].flat(), { other: { reference: app }, type: 'replaced-by' }],
  };
}

/** `"reference": ""` says nothing, and the server refuses empty strings. */
function dropEmptyReference(holder: JsonObject): void {
  delete holder.reference;
}

/** The validator throws plain errors at some malformed values, such as `"_status": 1`, and the server with it. */
const CHOKED: OperationOutcomeIssue = { severity: 'error', code: 'structure' };

function findIssues(resource: JsonObject): OperationOutcomeIssue[] {
  try {
    return validateResource(resource as unknown as Resource).filter((issue) => issue.severity === 'error');
  } catch (error) {
    if (error instanceof OperationOutcomeError) return error.outcome.issue;
    return [CHOKED];
  }
}
