import { z } from 'zod';
import { DISPOSITIONS } from './import-task.ts';

/** `Type/<uuid>` in the store. */
export const storedReferenceSchema = z.string().regex(/^[A-Z][A-Za-z]+\/[0-9a-f-]{36}$/);

/**
 * One line of a ledger: what became of one line of the export, or of one entry of a line that is a Bundle. It names the source's key, so it is PHI and lives in
 * Medplum only.
 */
export const ledgerEntrySchema = z.object({
  /** 0-based position of the file among those of the export; also of its raw export in the Task. */
  file: z.int().nonnegative(),
  /** 1-based; blank lines are counted but have no entry. The entries of a Bundle share it: `offset` tells them apart. */
  line: z.int().positive(),
  /** Bytes, in the raw export; without the line ending. */
  offset: z.int().nonnegative(),
  length: z.int().nonnegative(),
  /** Of these bytes, hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** `Type/id` as the source names it; absent when the line holds no resource with an id. */
  key: z.string().optional(),
  disposition: z.enum(DISPOSITIONS),
  /** `Type/<uuid>` of a resource whose attachment holds the document of a Binary line, which has no target of its own. */
  carrier: z.string().optional(),
  /** Why it was quarantined or skipped; `merged` for an update of what was edited here too. */
  code: z.string().optional(),
  /** `Type/<uuid>` in the store; that of the line which a duplicate gave way to. */
  target: storedReferenceSchema.optional(),
  /** `Type/<uuid>` that an earlier import stored for this key, where this one found or wrote nothing there. */
  earlier: storedReferenceSchema.optional(),
  /**
   * Present when nothing but the line, and what the namespace holds under the keys that it names, decided how it is stored:
   * while nothing else is written, the same line need not be looked at again.
   */
  byLineAlone: z.literal(true).optional(),
  /** Present when it is unchanged since an earlier run of this import, which did not come to its end, had written it. */
  byEarlierRun: z.literal(true).optional(),
  /** Elements (FHIRPath) that were changed here and at the source, and in which the local value stands. */
  kept: z.array(z.string()).optional(),
  repairs: z.array(z.object({ rule: z.string(), path: z.string() })).optional(),
  /** Where in the resource the problem lies (FHIRPath). */
  expression: z.array(z.string()).optional(),
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

/**
 * The entry of a key that an earlier import stored and this export does not name: no line stands behind it. Exports can
 * be partial, so nothing is done about it; it is carried on so that a deletion here is still known when the key returns.
 */
export const vanishedEntrySchema = z.object({
  key: z.string(),
  disposition: z.literal('vanished'),
  /** `deleted-here` when that was known. */
  code: z.string().optional(),
  earlier: storedReferenceSchema,
});

export type VanishedEntry = z.infer<typeof vanishedEntrySchema>;

/** Undefined for a text that no ledger of ours holds as the entry of a line. */
export function parseEntry(line: string): LedgerEntry | undefined {
  return parse(ledgerEntrySchema, line);
}

/** Undefined for a text that no ledger of ours holds as the entry of a vanished key. */
export function parseVanished(line: string): VanishedEntry | undefined {
  return parse(vanishedEntrySchema, line);
}

function parse<T extends z.ZodType>(schema: T, line: string): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
