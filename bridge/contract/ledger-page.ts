import { z } from 'zod';
import { DISPOSITIONS } from './import-task.ts';
import { ledgerEntrySchema, storedReferenceSchema, vanishedEntrySchema } from './ledger-entry.ts';

const code = z.string().regex(/^[\w.:-]{1,64}$/);
const narrowing = {
  disposition: z.enum([...DISPOSITIONS, 'vanished']).optional(),
  /** Resource type, by the source's key. */
  type: z
    .string()
    .regex(/^[A-Za-z]{1,64}$/)
    .optional(),
};

/** What `GET imports/:taskId/ledger` may be asked; each narrows the answer. */
export const ledgerQuerySchema = z.strictObject({
  ...narrowing,
  code: code.optional(),
  /** `Type/<uuid>` in the store: the lines that it was made of, those of its document among them. */
  target: storedReferenceSchema.optional(),
  _count: z.coerce.number().int().min(1).max(500).default(100),
  /** From the `next` of the page before. */
  cursor: z.coerce.number().int().min(0).default(0),
});

/** The answer: entries in order of the export, and where to go on when there are more. */
export const ledgerPageSchema = z.object({
  entries: z.array(z.union([ledgerEntrySchema, vanishedEntrySchema])),
  /** Address of the next page, from the root of this service; absent on the last. */
  next: z.string().optional(),
});

/** The body of `POST imports/:taskId/ledger/search`: what somebody types may be a source's id, which no address may hold. */
export const ledgerSearchSchema = z.strictObject({
  ...narrowing,
  /** Found in the key, the disposition, the code, the target, a path or a rule of repair, whatever its case. */
  text: z.string().max(200),
  /** Codes that are found as well: those that the caller's own words for them name. */
  codes: z.array(code).max(100).default([]),
  /** Only what was repaired. */
  repaired: z.boolean().default(false),
  _count: z.number().int().min(1).max(500).default(100),
  /** From the page before. */
  cursor: z.number().int().min(0).default(0),
});

/** Its answer; `cursor` of the next page, absent on the last. */
export const ledgerFindingsSchema = z.object({
  entries: ledgerPageSchema.shape.entries,
  cursor: z.number().optional(),
});

/** What `GET imports/:taskId/lines/:n` may be asked besides the number of the line. */
export const rawLineQuerySchema = z.strictObject({
  /** 0-based, of the files of the export. */
  file: z.coerce.number().int().min(0).default(0),
  /** Byte at which it begins: one entry of a line that is a Bundle; without it the line. */
  offset: z.coerce.number().int().min(0).optional(),
});

export type LedgerQuery = z.infer<typeof ledgerQuerySchema>;
export type LedgerSearch = z.infer<typeof ledgerSearchSchema>;
export type LedgerFindings = z.infer<typeof ledgerFindingsSchema>;
export type LedgerPage = z.infer<typeof ledgerPageSchema>;
export type RawLineQuery = z.infer<typeof rawLineQuerySchema>;
