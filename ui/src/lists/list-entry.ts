import { z } from 'zod';

const listEntrySchema = z.object({
  /** What is searched for. */
  find: z.string().optional(),
  /** Whose field it was typed into. */
  by: z.string().optional(),
  /** The entry whose place in the list this one goes on from. */
  place: z.string().optional(),
});

/**
 * What an entry of the history knows of a list beside its address. A name that is searched for stands here and not in the
 * address, which histories, logs and copied links would keep (docs/decisions/0054-place-of-a-list.md).
 */
type ListEntry = z.infer<typeof listEntrySchema>;

/** Where a link back to a list leads: to what it was. */
export interface LeftList {
  readonly search: string;
  readonly state: object;
}

/** @param state - Of a location: whatever was put there. */
export function readEntry(state: unknown): ListEntry {
  return listEntrySchema.safeParse(state).data ?? {};
}
