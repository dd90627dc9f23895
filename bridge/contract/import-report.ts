import { z } from 'zod';

const lineCount = z.int().nonnegative();

/** Why a line was not loaded. `expression` is a FHIRPath, never a value: reports leave Medplum, values must not. */
export const lineProblemSchema = z.object({
  /** 1-based line of the export; blank lines count. The entries of a Bundle have the number of its line. */
  line: lineCount,
  /** 0-based position of the file among those of the export. */
  file: lineCount,
  disposition: z.enum(['quarantined', 'skipped']),
  /** A short constant: `not-json`, `no-id`, `invalid-resource`, ... */
  code: z.string(),
  resourceType: z.string().optional(),
  expression: z.array(z.string()).optional(),
});

/**
 * How one import ended: every line of the export in exactly one disposition. A line that is a Bundle counts once, as
 * skipped, and each of its entries as a line of its own.
 */
export const importReportSchema = z.object({
  connection: z.string(),
  lines: lineCount,
  created: lineCount,
  updated: lineCount,
  unchanged: lineCount,
  duplicate: lineCount,
  quarantined: lineCount,
  skipped: lineCount,
  /** Of the updated: what was edited in Medplum too, and keeps these edits. */
  merged: lineCount.optional(),
  /** Elements that were changed here and at the source, and in which the local value stands. */
  keptHere: lineCount.optional(),
  /** Of the unchanged: what an earlier run of this import had written, which did not come to its end. */
  byEarlierRun: lineCount.optional(),
  /** Resources of earlier exports that this one does not name. They stay as they are. */
  vanished: lineCount.optional(),
  /** Readable lines by resource type. */
  receivedByType: z.record(z.string(), lineCount),
  /** Resources in the store after the import, by resource type. */
  storedByType: z.record(z.string(), lineCount),
  /** Quarantined and skipped lines by code. */
  problemsByCode: z.record(z.string(), lineCount),
  /** Repairs made in the lines of the export, by rule. */
  repairsByRule: z.record(z.string(), lineCount),
  /** What the chart or the export's Patient does not say, so that nobody can tell whether they are one person: codes. */
  unsureTraits: z.array(z.string()).optional(),
  /** Where the ledger of the lines was kept; absent when an earlier one still holds, or when no Task was to name it. */
  ledger: z
    .object({
      /** `Binary/<id>`. */
      reference: z.string(),
      /** Over the ledger's lines, hex: what one value proves them all by. */
      merkleRoot: z.string(),
      /** Digest, hex, of what decides beside a line how it stands; absent when that cannot be told. See `digestStanding`. */
      standing: z.string().optional(),
    })
    .optional(),
  /** Present when the server runs no transactions: written by conditional batches, one after another. */
  withoutTransactions: z.literal(true).optional(),
  /** The first problems in order of appearance; `problemsByCode` counts them all. */
  problems: z.array(lineProblemSchema),
});

export type LineProblem = z.infer<typeof lineProblemSchema>;
export type LedgerFile = NonNullable<ImportReport['ledger']>;
export type ImportReport = z.infer<typeof importReportSchema>;

/** What a running import says of itself, a few times a second. All counts are totals so far. */
export interface ImportProgress {
  readonly phase: 'scan' | 'write';
  /** Bytes read in `scan`, lines settled in `write`. */
  readonly done: number;
  readonly total: number;
  /** Lines whose resource was created or updated; told in `write`. */
  readonly written?: number;
  readonly quarantined?: number;
}
