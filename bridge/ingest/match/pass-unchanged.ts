import { isByEarlierRun, type LoadContext } from '../load-context.ts';
import { metaSource } from '../meta-source.ts';
import type { ExportIndex } from '../order/export-index.ts';
import type { Window } from '../order/plan-windows.ts';
import { type ParsedReference, parseReference } from '../parse-reference.ts';
import { MAX_LINE_BYTES } from '../scan/read-pieces.ts';
import { readResource } from '../scan/read-resource.ts';
import type { SpoolReader } from '../scan/spool-reader.ts';
import { type JsonObject, walkReferences } from '../walk-references.ts';
import type { FoundRow } from '../write/committer.ts';
import { digestLine, digestMeanings } from './digest-line.ts';
import type { StoredVersion } from './look-up.ts';
import { type Known, type Matcher, outsideKey } from './match-window.ts';

/** Rows that have to be looked at, and what the store has of them. */
export interface RemainingWindow {
  readonly window: Window;
  /** The rows that were settled. */
  readonly passed: readonly FoundRow[];
  readonly known: Known;
}

/** What is known of a window before it is settled. */
interface PeekedWindow {
  readonly peeked: ReadonlyMap<number, PeekedRow>;
  readonly known: Known;
  /** Rows that the last import left as their line says, with their UUID in the store. */
  readonly standing: ReadonlyMap<number, string>;
}

/** A row whose line may be what it was. */
interface PeekedRow {
  readonly source: string;
  readonly line: string;
  /** What it refers to that is no row of the export. */
  readonly outside: readonly ParsedReference[];
}

/**
 * Settles the rows whose line is, byte for byte, the one that the stored resource was made from, and gives on the others.
 * What such a line is stored as need not be worked out again, which is most of the work of a re-sync. Only resources that
 * stand as their line says carry its digest: nothing repaired, no attachment, every reference to a stored row of the export or
 * to outside of it.
 * Asks the store for the next window while the present one is written.
 */
export async function* passUnchanged(
  context: LoadContext,
  matcher: Matcher,
  reader: SpoolReader,
  windows: Iterable<Window>,
): AsyncGenerator<RemainingWindow> {
  let ahead: { window: Window; peeked: ReturnType<typeof peek> } | undefined;
  for (const window of windows) {
    const present = ahead;
    const peeked = peek(context, matcher, reader, window);
    // Whoever waits for it learns of the failure; nobody does when the present window fails first.
    peeked.catch(() => undefined);
    ahead = { window, peeked };
    if (present) yield settleUnchanged(context, present.window, await present.peeked);
  }
  if (ahead) yield settleUnchanged(context, ahead.window, await ahead.peeked);
}

async function peek(
  context: LoadContext,
  matcher: Matcher,
  reader: SpoolReader,
  window: Window,
): Promise<PeekedWindow> {
  const { binding, index, origin } = context;
  const all = window.flat().filter((row) => index.typeOf(row) !== 'Binary');
  const standing = findStanding(context, reader, all);
  const rows = all.filter((row) => !standing.has(row));
  const held = await matcher.held(rows.map((row) => index.typeOf(row)));
  const peeked = new Map<number, PeekedRow>();
  const keys = rows.flatMap((row) => {
    if (!held.has(index.typeOf(row)) || index.place(row).length > MAX_LINE_BYTES) return [];
    const bytes = reader.read(index, row);
    const source = readResource(bytes, index.idOf(row));
    if (!('key' in source)) return [];
    const outside = index.leavesExport(row) ? referencesOutside(index, source.resource) : [];
    const line = digestLine(bytes, binding);
    peeked.set(row, { source: metaSource(origin.namespace, source.key), line, outside });
    return [source.key, ...outside.flatMap(outsideKey)];
  });
  return { peeked, known: await matcher.find(keys), standing };
}

function findStanding({ earlier, index }: LoadContext, reader: SpoolReader, rows: readonly number[]) {
  const standing = new Map<number, string>();
  if (!earlier) return standing;
  for (const row of rows) {
    if (!earlier.mayStand(row) || index.place(row).length > MAX_LINE_BYTES) continue;
    // What it refers to there is known by its key only, and may be of any type.
    if (index.leavesExport(row) && !earlier.isWhole) continue;
    const id = earlier.standsAs(row, reader.read(index, row));
    if (id) standing.set(row, id);
  }
  return standing;
}

function referencesOutside(index: ExportIndex, resource: JsonObject): ParsedReference[] {
  const outside: ParsedReference[] = [];
  walkReferences(resource, ({ reference }) => {
    const parsed = parseReference(reference);
    if (parsed.kind !== 'contained' && index.rowOfReference(parsed) === -1) outside.push(parsed);
  });
  return outside;
}

function settleUnchanged(
  context: LoadContext,
  window: Window,
  { peeked, known, standing }: PeekedWindow,
): RemainingWindow {
  const { binding, origin, states, tally, index } = context;
  const versions = new Map<number, StoredVersion>();
  for (const [row, { source }] of peeked) {
    const version = known.found.get(source);
    if (!version) continue;
    states.setStored(row, version.id);
    versions.set(row, version);
  }
  for (const [row, id] of standing) states.setStored(row, id);
  const meaningOf = (parsed: ParsedReference) => {
    const [key] = outsideKey(parsed);
    return [parsed, key && known.found.get(metaSource(origin.namespace, key))?.id] as const;
  };
  // Without the Patient who does not name it would be in nobody's compartment.
  const patient = binding.kind === 'own' ? [binding.row] : [];
  const isWellLinked = (row: number) => [...patient, ...index.targets(row)].every((one) => stands(context, one));
  const isUnchanged = (row: number): boolean => {
    const [line, peek] = [versions.get(row)?.line, peeked.get(row)];
    // A rehearsal counts what leads nowhere.
    if (context.onLinked && index.leavesExport(row)) return false;
    if (line === undefined || !peek || line !== digestMeanings(peek.line, peek.outside.map(meaningOf))) return false;
    return isWellLinked(row);
  };
  const passed: FoundRow[] = [];
  const left = window.map((rows) =>
    rows.filter((row) => {
      const stored = versions.get(row);
      if (standing.has(row) ? !isWellLinked(row) : !stored || !isUnchanged(row)) return true;
      if (stored) passed.push({ resourceType: index.typeOf(row), stored });
      if (isByLineAlone(peeked.get(row))) tally.outcomes.markByLineAlone(row);
      tally.settle('unchanged', index.typeOf(row), row);
      if (isByEarlierRun(context, stored)) tally.markByEarlierRun(row);
      return false;
    }),
  );
  return { window: left.filter((rows) => rows.length > 0), passed, known };
}

/** A search may find something else another time; a key means what it meant. */
function isByLineAlone(peek: PeekedRow | undefined): boolean {
  return peek?.outside.every(({ kind }) => kind === 'literal') ?? true;
}

/** Whether what refers to this row points at the right id already. */
function stands({ states }: LoadContext, row: number): boolean {
  return states.storedId(row) !== undefined && !states.isFresh(row);
}
