import type { LineCode } from '../contract/line-codes.ts';
import { retirementOf } from './bind-patient.ts';
import { settleDocuments } from './documents/settle-documents.ts';
import { uploadAhead } from './documents/store-documents.ts';
import type { LoadContext } from './load-context.ts';
import { digestLine } from './match/digest-line.ts';
import { type MatchedWindow, Matcher } from './match/match-window.ts';
import { passUnchanged } from './match/pass-unchanged.ts';
import { planWindows, type Window } from './order/plan-windows.ts';
import { readRow } from './scan/read-row.ts';
import { SpoolReader } from './scan/spool-reader.ts';
import { type PreparedResource, prepareResource } from './shape/prepare-resource.ts';
import type { Committer } from './write/committer.ts';
import { MAX_BODY_BYTES, MAX_ENTRIES } from './write/draft.ts';
import { inRounds } from './write/in-rounds.ts';
import { isTakenForReference, Loader } from './write/loader.ts';
import { settleProblem } from './write/settle-rows.ts';
import { type AloneWriter, aloneWriter } from './write/store-alone.ts';

/**
 * Second pass: brings every row of the index into the store, in dependency order. Each row is settled when this returns.
 * When it throws, no bundle of this run is in flight, and running the import again goes on where it stopped.
 */
export async function loadExport(
  context: LoadContext,
  committer: Committer,
  alone: AloneWriter = aloneWriter(context, () => committer.claim()),
): Promise<void> {
  const loader = new Loader(context, committer);
  const reader = new SpoolReader(context.files);
  try {
    await loadRows(context, { committer, loader, reader, alone, matcher: new Matcher(context) });
  } finally {
    await loader.idle();
    reader.close();
  }
}

interface Loading {
  readonly committer: Committer;
  readonly loader: Loader;
  readonly reader: SpoolReader;
  readonly alone: AloneWriter;
  readonly matcher: Matcher;
}

async function loadRows(context: LoadContext, loading: Loading): Promise<void> {
  const { alone, loader, matcher, reader } = loading;
  await loadWindows(context, loading);
  await storeApart(context, loading);
  for (const row of loader.incomplete.splice(0)) {
    const again = await prepareWindow(context, reader, [[row]]);
    await place(context, loader, await matcher.match(again, { isRevisit: true }));
  }
  await storeApart(context, loading);
  for (const row of loader.unproven) await alone.prove(row);
  await loadWrappers(context, loading);
}

async function loadWindows(context: LoadContext, { committer, loader, matcher, reader }: Loading): Promise<void> {
  const { binding, index, tally, signal, hasTransactions, onProgress } = context;
  const windows = planWindows(index, binding.kind === 'own' ? [binding.row] : []);
  for await (const { window, passed, known } of passUnchanged(context, matcher, reader, windows)) {
    signal?.throwIfAborted();
    await committer.confirm(passed);
    const { components, outside } = await matcher.match(await prepareWindow(context, reader, window), { known });
    const rounds = hasTransactions ? components : inRounds(context, components);
    await place(context, loader, { components: rounds, outside });
    onProgress?.({ phase: 'write', done: tally.settled, total: tally.lines });
  }
}

/** What no bundle can carry, behind everything else. */
async function storeApart(context: LoadContext, { alone, loader, matcher, reader }: Loading): Promise<void> {
  await loader.finish();
  for (const { row, isRevisit } of loader.alone.splice(0)) {
    context.signal?.throwIfAborted();
    const prepared = await prepareWindow(context, reader, [[row]]);
    const { components, outside } = await matcher.match(prepared, { isRevisit: true });
    for (const member of components.flat()) {
      const { isIncomplete } = await alone.store({ ...member, isRevisit }, outside);
      if (isIncomplete && !isRevisit) loader.incomplete.push(row);
    }
  }
}

/** What stands for the documents that nothing carries. */
async function loadWrappers(context: LoadContext, { loader, matcher }: Loading): Promise<void> {
  const wrappers = settleDocuments(context).map((wrapper) => [wrapper]);
  for (let at = 0; at < wrappers.length; at += MAX_ENTRIES) {
    context.signal?.throwIfAborted();
    await place(context, loader, await matcher.match(wrappers.slice(at, at + MAX_ENTRIES)));
  }
  await loader.finish();
}

async function place(context: LoadContext, loader: Loader, { components, outside }: MatchedWindow): Promise<void> {
  const created = components.flat().filter(({ stored }) => !stored);
  await uploadAhead(
    context,
    created.map(({ prepared }) => prepared),
  );
  await loader.placeAll(components, outside);
}

async function prepareWindow(context: LoadContext, reader: SpoolReader, window: Window): Promise<PreparedResource[][]> {
  const prepared: PreparedResource[][] = [];
  for (const rows of window) {
    const members: PreparedResource[] = [];
    for (const row of rows) members.push(...(await prepareRow(context, reader, row)));
    if (members.length > 0) prepared.push(members);
  }
  return prepared;
}

const VERSION_CODES = { R5: 'fhir-r5', STU3: 'fhir-stu3', DSTU2: 'fhir-dstu2' } as const;

async function prepareRow(context: LoadContext, reader: SpoolReader, row: number): Promise<PreparedResource[]> {
  const { binding, files, index, states, tally } = context;
  if (index.typeOf(row) === 'Binary') {
    // Settled at the end, by what carries it. A reference to it, other than an attachment's, stays logical.
    states.setAbsent(row);
    return [];
  }
  const read = await readRow(files, index, reader, row);
  if (read === 'too-large') return leaveOut(context, row, 'too-large');
  const { source, bytes, documents, repairs } = read;
  const prepared = prepareResource(row, source.key, source.resource, retirementOf(binding, row), documents);
  if (!('links' in prepared)) {
    const { otherVersion, issues } = prepared;
    const code = otherVersion ? VERSION_CODES[otherVersion] : 'invalid-resource';
    settleProblem(context, row, 'quarantined', code, otherVersion ? [] : issues);
    return [];
  }
  // A document's place may have moved into the text of an extension, where nothing could point at its bytes.
  const placed = new Set(prepared.attachments.map(({ large }) => large));
  if ([...documents.values()].some((document) => !placed.has(document))) return leaveOut(context, row, 'too-large');
  // What goes alone is looked at each time, see `Loader.unproven`.
  const isLarge = bytes === undefined || bytes.length >= MAX_BODY_BYTES * 0.8;
  const line = isLarge || isTakenForReference({ prepared }) ? undefined : digestLine(bytes, binding);
  const whole = { ...prepared, repairs: [...repairs, ...prepared.repairs], line };
  tally.repair(row, whole.repairs);
  return [whole];
}

function leaveOut(context: LoadContext, row: number, code: LineCode): PreparedResource[] {
  settleProblem(context, row, 'quarantined', code);
  return [];
}
