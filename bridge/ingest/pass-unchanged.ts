import { hash } from 'node:crypto';
import type { FoundRow } from './committer.ts';
import type { LoadContext, PatientBinding } from './load-context.ts';
import type { StoredVersion } from './look-up.ts';
import { BRIDGE_VERSION } from './make-provenance.ts';
import type { Matcher } from './match-window.ts';
import { metaSource } from './meta-source.ts';
import type { Window } from './plan-windows.ts';
import { MAX_LINE_BYTES } from './read-pieces.ts';
import { readResource } from './read-resource.ts';
import type { SpoolReader } from './spool-reader.ts';

/** Rows that have to be looked at, and what the store has of them. */
export interface RemainingWindow {
  readonly window: Window;
  /** The rows that were settled. */
  readonly passed: readonly FoundRow[];
  /** By `meta.source`; undefined when it was not asked for. */
  readonly found: ReadonlyMap<string, StoredVersion> | undefined;
}

/** A row whose line may be what it was. */
interface PeekedRow {
  readonly source: string;
  readonly line: string;
}

/**
 * Digest (SHA-256, hex) of a line as it came, with what else decides how it is stored: whose record it is bound to, and
 * the version of the bridge, whose rules it went through.
 */
export function digestLine(bytes: Buffer, binding: PatientBinding): string {
  const boundTo = binding.kind === 'app' ? binding.reference : '';
  return hash('sha256', Buffer.concat([Buffer.from(`${BRIDGE_VERSION}\n${boundTo}\n`), bytes]));
}

/**
 * Settles the rows whose line is, byte for byte, the one that the stored resource was made from, and gives on the others.
 * What such a line is stored as need not be worked out again, which is most of the work of a re-sync. Only resources that
 * stand as their line says carry its digest: nothing repaired, no attachment, every reference to a row of the export.
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

async function peek(context: LoadContext, matcher: Matcher, reader: SpoolReader, window: Window) {
  const { binding, index, origin } = context;
  const rows = window.flat().filter((row) => index.typeOf(row) !== 'Binary');
  const held = await matcher.held(rows.map((row) => index.typeOf(row)));
  const peeked = new Map<number, PeekedRow>();
  const keys = rows.flatMap((row) => {
    if (!held.has(index.typeOf(row)) || index.place(row).length > MAX_LINE_BYTES) return [];
    const bytes = reader.read(index, row);
    const source = readResource(bytes, index.idOf(row));
    if (!('key' in source)) return [];
    peeked.set(row, { source: metaSource(origin.namespace, source.key), line: digestLine(bytes, binding) });
    return [source.key];
  });
  return { peeked, found: await matcher.find(keys) };
}

function settleUnchanged(
  context: LoadContext,
  window: Window,
  { peeked, found }: Awaited<ReturnType<typeof peek>>,
): RemainingWindow {
  const { states, tally, index } = context;
  const versions = new Map<number, StoredVersion>();
  for (const [row, { source }] of peeked) {
    const version = found.get(source);
    if (!version) continue;
    states.setStored(row, version.id);
    versions.set(row, version);
  }
  const isUnchanged = (row: number): boolean => {
    const line = versions.get(row)?.line;
    if (line === undefined || line !== peeked.get(row)?.line || index.leavesExport(row)) return false;
    return index.targets(row).every((one) => stands(context, one));
  };
  const passed: FoundRow[] = [];
  const left = window.map((rows) =>
    rows.filter((row) => {
      const stored = versions.get(row);
      if (!stored || !isUnchanged(row)) return true;
      passed.push({ resourceType: index.typeOf(row), stored });
      tally.settle('unchanged', index.typeOf(row), row);
      return false;
    }),
  );
  return { window: left.filter((rows) => rows.length > 0), passed, found };
}

/** Whether what refers to this row points at the right id already. */
function stands({ states }: LoadContext, row: number): boolean {
  return states.storedId(row) !== undefined && !states.isFresh(row);
}
