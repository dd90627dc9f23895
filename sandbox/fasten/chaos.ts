import { z } from 'zod';

const fault = <T extends z.ZodType>(type: T) => type.optional();

/** What may go otherwise than in the documents; what is left out stays as it is. See docs/sandbox-fasten.md. */
export const CHAOS_CHANGE = z.strictObject({
  /** The next so many calls of the API, or those of one method, are answered with this status. */
  answerNext: fault(
    z.strictObject({
      status: z.int().min(400).max(599),
      times: z.int().min(1),
      method: z.enum(['GET', 'POST']).optional(),
    }),
  ),
  /** How often each event is delivered under its id, at once. */
  copies: fault(z.int().min(1).max(10)),
  /** By type of event: how long its first delivery waits, so that others overtake it. */
  delaysMs: fault(z.record(z.string(), z.int().min(0))),
  /** How an event tells its files: the list and the old field, one of them, or a list of bare addresses. */
  links: fault(z.enum(['both', 'list', 'old-field', 'bare-list'])),
  /** `odd`: totals that do not add up, as in Fasten's own sample. */
  stats: fault(z.enum(['counted', 'odd', 'none'])),
  /** `four-groups`: ids of exports that look like a UUID with a group missing, as in Fasten's own samples. */
  ids: fault(z.enum(['uuid', 'four-groups'])),
  /** `fhir_bundle`: an export is one Bundle instead of lines. */
  format: fault(z.enum(['jsonl', 'fhir_bundle'])),
  /** Storage keeps so many bytes of each file and no more, and says nothing about it. 0: all of them. */
  keepBytes: fault(z.int().min(0)),
});

export type ChaosChange = z.infer<typeof CHAOS_CHANGE>;

/** Every fault that is switched on; the parts of the simulator look here when they act. */
export interface Chaos {
  answerNext: NonNullable<ChaosChange['answerNext']> | undefined;
  copies: number;
  delaysMs: Readonly<Record<string, number>>;
  links: NonNullable<ChaosChange['links']>;
  stats: NonNullable<ChaosChange['stats']>;
  ids: NonNullable<ChaosChange['ids']>;
  format: NonNullable<ChaosChange['format']>;
  keepBytes: number;
}

/** A simulator as it starts: everything as documented. */
export function calm(): Chaos {
  return {
    answerNext: undefined,
    copies: 1,
    delaysMs: {},
    links: 'both',
    stats: 'counted',
    ids: 'uuid',
    format: 'jsonl',
    keepBytes: 0,
  };
}

/** A new id of an export. */
export function makeExportId({ ids }: Chaos): string {
  const id = crypto.randomUUID();
  return ids === 'uuid' ? id : id.split('-').toSpliced(2, 1).join('-');
}
