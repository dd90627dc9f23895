import { z } from 'zod';
import { DISPOSITIONS } from '../../contract/import-task.ts';

/**
 * One line of a ledger: what became of one line of the export. It names the source's key, so it is PHI and lives in
 * Medplum only.
 */
export const ledgerEntrySchema = z.object({
  /** 0-based position of the file among those of the export; also of its raw export in the Task. */
  file: z.int().nonnegative(),
  /** 1-based; blank lines are counted but have no entry. */
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
  /** Why it was quarantined or skipped. */
  code: z.string().optional(),
  /** `Type/<uuid>` in the store; that of the line which a duplicate gave way to. */
  target: z
    .string()
    .regex(/^[A-Z][A-Za-z]+\/[0-9a-f-]{36}$/)
    .optional(),
  repairs: z.array(z.object({ rule: z.string(), path: z.string() })).optional(),
  /** Where in the resource the problem lies (FHIRPath). */
  expression: z.array(z.string()).optional(),
});

export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;
