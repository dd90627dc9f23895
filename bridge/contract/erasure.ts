import type { Task, TaskOutput } from '@medplum/fhirtypes';
import { z } from 'zod';
import { connectionListSchema } from './connection.ts';
import { BRIDGE_CODE_SYSTEM, ERASURE_TASK_CODE, IMPORT_CODE_SYSTEM } from './identifiers.ts';

/** `expunged`: nothing is left, in no version; `history-kept`: deleted, and who may read history can still read it there. */
export const ERASURE_OUTCOMES = ['expunged', 'history-kept'] as const;

export type ErasureOutcome = (typeof ERASURE_OUTCOMES)[number];

const count = z.number().int().nonnegative();

/** The receipt of an erasure: the answer of `GET erasures/:erasureId`. No text of a record is in it. */
export const erasureSchema = z.object({
  erasureId: z.string(),
  /** The connection (its consentId) that was erased. */
  consentId: z.string(),
  /** `requested`, `in-progress`, `completed`, or `failed`: then it can be asked for again. */
  status: z.string(),
  /** Why it failed: a short code. */
  reason: z.string().optional(),
  /** Known once it has begun: whether the bridge has a client that may expunge. */
  outcome: z.enum(ERASURE_OUTCOMES).optional(),
  requestedAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** Resources that are gone, by type; so far, while it runs. */
  erased: z.record(z.string(), count),
  /** How many of these somebody had edited here. */
  edited: count,
  /** `Type/<id>` of what was made of the records and stays, since a person wrote or edited it; the first hundred. */
  kept: z.array(z.string()),
});

export type Erasure = z.infer<typeof erasureSchema>;

/** The query of `DELETE connections/...`. */
export const endConnectionQuerySchema = z.strictObject({ erase: z.enum(['true', 'false']).optional() });

/** The answer of `DELETE connections/...?erase=true`: what has ended, and the receipts of what is erased. */
export const endedConnectionsSchema = connectionListSchema.extend({ erasures: z.array(erasureSchema) });

export type EndedConnections = z.infer<typeof endedConnectionsSchema>;

/** What a receipt says while its erasure runs: `unfinished` was begun, and nobody knows whether it was done. */
export interface ErasureBook {
  readonly outcome: ErasureOutcome | undefined;
  readonly erased: Readonly<Record<string, number>>;
  readonly edited: number;
  readonly kept: readonly string[];
  readonly unfinished: { readonly references: readonly string[]; readonly edited: number };
}

const MAX_KEPT = 100;
const ERASED = /^([A-Z][A-Za-z]{1,63}): (\d{1,15})$/;
const REFERENCE = /^[A-Z][A-Za-z]+\/[0-9a-f-]{36}$/;

/** True for a Task that is a receipt. */
export function isErasure({ code }: Task): boolean {
  return (
    code?.coding?.some(({ system, code: one }) => system === BRIDGE_CODE_SYSTEM && one === ERASURE_TASK_CODE) ?? false
  );
}

/** Reads a receipt for people and pages. */
export function erasureFromTask(task: Task): Erasure {
  const { outcome, erased, edited, kept } = bookFromTask(task);
  const reason = task.statusReason?.coding?.find(({ system }) => system === IMPORT_CODE_SYSTEM)?.code;
  return {
    erasureId: task.id ?? '',
    consentId: task.focus?.reference?.replace(/^Consent\//, '') ?? '',
    status: task.status,
    ...(reason && { reason }),
    ...(outcome && { outcome }),
    ...(task.authoredOn && { requestedAt: task.authoredOn }),
    ...(task.executionPeriod?.end && { endedAt: task.executionPeriod.end }),
    erased: { ...erased },
    edited,
    kept: [...kept],
  };
}

/** Reads how far an erasure is. */
export function bookFromTask(task: Task): ErasureBook {
  const outputs = (code: string): TaskOutput[] => (task.output ?? []).filter(({ type }) => codeOf(type) === code);
  const counts = outputs('erased').flatMap(({ valueString }): [string, number][] => {
    const [, type, number] = ERASED.exec(valueString ?? '') ?? [];
    return type && number ? [[type, Number(number)]] : [];
  });
  const said = outputs('outcome')[0]?.valueCode;
  const references = outputs('unfinished').flatMap(({ valueString }) => valueString?.split(' ') ?? []);
  return {
    outcome: ERASURE_OUTCOMES.find((known) => known === said),
    erased: Object.fromEntries(counts),
    edited: outputs('edited')[0]?.valueInteger ?? 0,
    kept: outputs('kept').flatMap(({ valueReference }) => valueReference?.reference ?? []),
    unfinished: {
      references: references.filter((reference) => REFERENCE.test(reference)),
      edited: outputs('unfinished-edited')[0]?.valueInteger ?? 0,
    },
  };
}

/** The inverse of {@link bookFromTask}: `Task.output`. */
export function outputsFromBook({ outcome, erased, edited, kept, unfinished }: ErasureBook): TaskOutput[] {
  const types = Object.entries(erased).sort(([a], [b]) => (a < b ? -1 : 1));
  const { references } = unfinished;
  return [
    ...(outcome ? [{ type: outputType('outcome'), valueCode: outcome }] : []),
    ...types.map(([type, number]) => ({ type: outputType('erased'), valueString: `${type}: ${number}` })),
    ...(edited > 0 ? [{ type: outputType('edited'), valueInteger: edited }] : []),
    ...kept.slice(0, MAX_KEPT).map((reference) => ({ type: outputType('kept'), valueReference: { reference } })),
    ...(references.length > 0 ? [{ type: outputType('unfinished'), valueString: references.join(' ') }] : []),
    ...(unfinished.edited > 0 ? [{ type: outputType('unfinished-edited'), valueInteger: unfinished.edited }] : []),
  ];
}

function outputType(code: string): TaskOutput['type'] {
  return { coding: [{ system: IMPORT_CODE_SYSTEM, code }] };
}

function codeOf(type: TaskOutput['type']): string | undefined {
  return type.coding?.find(({ system }) => system === IMPORT_CODE_SYSTEM)?.code;
}
