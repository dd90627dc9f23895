import { randomUUID } from 'node:crypto';
import { getStatus, type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Basic, Bundle, CapabilityStatement, Resource } from '@medplum/fhirtypes';
import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import type { StoredTask } from '../../medplum/change-task.ts';
import { retryRead } from '../../medplum/client/retry-read.ts';
import { escapeSearchValue } from '../meta-source.ts';
import { loadDefinitions } from '../shape/load-definitions.ts';
import { MOST_IN_FLIGHT } from '../write/flight-limit.ts';
import { closeLane, findLanes } from '../write/lane-basic.ts';
import { eraseDerived } from './erase-derived.ts';
import { eraseLost } from './erase-lost.ts';
import { type EraseRecord, Eraser } from './eraser.ts';
import { findBinaries } from './find-binaries.ts';
import { isBook, isEdited, isImport } from './who-keeps-what.ts';

export interface EraseRequest {
  readonly namespace: string;
  /** `Patient/<id>` of the app's Patient: it stays, whoever loaded it. */
  readonly patient?: string | undefined;
  /** The connections of the namespace: their imports go, they stay. */
  readonly connections: readonly { readonly consentId: string; readonly orgConnectionId: string }[];
  /** A client that may `$expunge` in this project; without it resources are deleted, and their history stays. */
  readonly admin?: MedplumClient | undefined;
  readonly record: EraseRecord;
  /** Ids of Binaries that an import uploaded and perhaps never came to use. */
  readonly uploads?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Bodies that are held at once: a resource has at most a megabyte, unless it was stored alone. */
const PAGE = 50;

/**
 * Erases everything that was loaded under a namespace, and what bots made of it: resources by the namespace's tag, the
 * documents, raw exports and ledgers that they name, and at last the imports' Tasks, which alone name some of these. The
 * Consents of the connections stay, and so does whatever people wrote. Page by page; running it again goes on.
 *
 * The caller keeps imports of the namespace away. What one that was killed has under way is fenced off first.
 * Throws PermanentError `erase-refused` when the server forbids it, `import-running` when an import goes on beside it.
 */
export async function eraseNamespace(medplum: MedplumClient, request: EraseRequest): Promise<void> {
  const { namespace, admin, record, uploads = [], signal } = request;
  await loadDefinitions();
  const eraser = new Eraser({ medplum, admin, record, signal });
  const lanes = await closeLanes(medplum, namespace);
  await eraser.resume();
  for (const type of await typesOf(eraser, namespace)) {
    await eraseFound(eraser, request, `${type}?_tag=${tagOf(namespace)}`, (each) => staysBehind(request, each));
  }
  await eraseImports(eraser, request);
  const left = await eraser.present(uploads.map((id) => `Binary/${id}`));
  await eraseDerived(eraser, namespace, left);
  await eraser.remove(left);
  // A deleted lane could be restored by a transaction of a killed import, an expunged one cannot (docs/decisions/0016).
  if (admin) await eraser.remove(lanes.map(({ id }) => `Basic/${id}`));
  await eraser.finish();
}

/** Behind what they loaded: their ledgers tell what a search does not find any more. */
async function eraseImports(eraser: Eraser, request: EraseRequest): Promise<void> {
  const { namespace, patient } = request;
  const isOther = (each: Resource) => !isImport(each);
  for (const search of importSearches(request)) {
    await eraseFound(eraser, request, search, isOther, (tasks) =>
      eraseLost(eraser, namespace, tasks as StoredTask[], async (lost) => {
        const references = lost.filter((reference) => reference !== patient);
        await eraseDerived(eraser, namespace, references);
        await eraser.remove(references);
      }),
    );
  }
}

async function closeLanes(medplum: MedplumClient, namespace: string): Promise<Basic[]> {
  const run = randomUUID();
  const lanes = (await findLanes(medplum, namespace, MOST_IN_FLIGHT)).filter((lane) => lane !== undefined);
  const closed = await Promise.all(lanes.map((lane) => closeLane(medplum, lane, run).catch(undefinedIfGone)));
  return closed.filter((lane) => lane !== undefined);
}

/** The last request of an erasure that was killed may take a lane away just now: then nothing commits through it any more. */
function undefinedIfGone(error: unknown): undefined {
  const isGone = error instanceof OperationOutcomeError && [404, 410].includes(getStatus(error.outcome));
  if (!isGone) throw error;
}

/** Types of which anything carries the namespace's tag, out of those that the server knows; it cannot search Binary. */
async function typesOf(eraser: Eraser, namespace: string): Promise<string[]> {
  const { medplum } = eraser;
  const said: CapabilityStatement = await retryRead(() => medplum.get(medplum.fhirUrl('metadata')));
  const known = (said.rest?.[0]?.resource ?? []).flatMap(({ type }) =>
    type && type !== 'Binary' ? [type as string] : [],
  );
  const answers = await eraser.read(known.map((type) => `${type}?_tag=${tagOf(namespace)}&_count=1&_fields=meta`));
  // What this client may not search it has not loaded either.
  return known.filter((_, position) => entriesOf(answers[position]?.resource).length > 0);
}

/** Erases whatever a search finds, page by page. What stays is passed over: erasing brings the rest to the front. */
async function eraseFound(
  eraser: Eraser,
  { namespace }: EraseRequest,
  search: string,
  stays: (resource: Resource) => boolean,
  before?: (page: readonly Resource[]) => Promise<void>,
): Promise<void> {
  for (let passed = 0; ; ) {
    const [answer] = await eraser.read([`${search}&_sort=_lastUpdated&_count=${PAGE}&_offset=${passed}`]);
    if (answer?.status !== 200) throw new Error(`the server refused a search with status ${answer?.status}`);
    const found = entriesOf(answer.resource);
    if (found.length === 0) return;
    const erased = found.filter((each) => !stays(each));
    passed += found.length - erased.length;
    await before?.(erased);
    await erasePage(eraser, namespace, erased);
  }
}

async function erasePage(eraser: Eraser, namespace: string, page: readonly Resource[]): Promise<void> {
  if (page.length === 0) return;
  const binaries = await findBinaries(eraser, page);
  const references = page.map(({ resourceType, id }) => `${resourceType}/${id}`);
  await eraseDerived(eraser, namespace, [...references, ...binaries]);
  await eraser.remove(binaries);
  await eraser.remove(references, page.filter(isEdited).length);
}

function staysBehind({ patient }: EraseRequest, resource: Resource): boolean {
  return isBook(resource) || `${resource.resourceType}/${resource.id}` === patient;
}

/** Imports by file carry the tag, those of an export lead to a Consent, those on hold name the connection only. */
function importSearches({ namespace, connections }: EraseRequest): string[] {
  const code = `Task?code=${encodeURIComponent(`${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`)}`;
  const named = [namespace, ...connections.map(({ orgConnectionId }) => orgConnectionId)];
  return [
    `${code}&_tag=${tagOf(namespace)}`,
    ...connections.map(({ consentId }) => `${code}&focus=Consent/${consentId}`),
    ...new Set(named.map((name) => `${code}&focus:identifier=${tagOf(name)}`)),
  ];
}

function tagOf(namespace: string): string {
  return encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${escapeSearchValue(namespace)}`);
}

function entriesOf(bundle: Resource | undefined): Resource[] {
  return ((bundle as Bundle | undefined)?.entry ?? []).flatMap(({ resource }) => resource ?? []);
}
