import type { Task } from '@medplum/fhirtypes';
import { z } from 'zod';
import { EHI_EXPORT_SYSTEM, IMPORT_CODE_SYSTEM, NEXT_STEP_SYSTEM } from './identifiers.ts';
import { isRedriving, REDRIVING } from './import-redrive.ts';
import { byTypeFromTask, countsFromTask, DISPOSITIONS } from './import-task.ts';
import { IMPORT_MOMENTS, timelineFromTask } from './import-timeline.ts';

/** Where an import stands; code (system `IMPORT_CODE_SYSTEM`) of `Task.businessStatus`. */
export const IMPORT_PHASES = [
  'requested',
  'queued',
  'downloading',
  'loading',
  'held',
  'loaded',
  'failed',
  'cancelled',
  'rejected',
] as const;

export type ImportPhase = (typeof IMPORT_PHASES)[number];

/**
 * What follows an export that failed: `retry` another one is asked for by itself; `reconnect` the patient connects the health
 * system again; `support` somebody asks Fasten; `nothing-found` the health system has no record.
 */
export const NEXT_STEPS = ['retry', 'reconnect', 'support', 'nothing-found'] as const;

export type NextStep = (typeof NEXT_STEPS)[number];

const count = z.number();

/** What the running job of an import said last. All counts are totals so far. */
export const importProgressSchema = z.object({
  /** `downloading`: files; `scan`: bytes are read; `write`: lines are loaded. */
  phase: z.enum(['downloading', 'scan', 'write']),
  /** 1-based, of `files`. */
  file: count.optional(),
  files: count.optional(),
  bytes: count.optional(),
  totalBytes: count.optional(),
  lines: count.optional(),
  totalLines: count.optional(),
  /** Lines whose resource was created or updated. */
  written: count.optional(),
  quarantined: count.optional(),
  /** Bytes or lines a second, on average since the phase began. */
  rate: count.optional(),
  /** Seconds until the phase ends, at that rate. */
  etaSeconds: count.optional(),
});

export type JobProgressNow = z.infer<typeof importProgressSchema>;

/** The answer of `GET imports/:taskId`. */
export const importStatusSchema = z.object({
  taskId: z.string(),
  exportId: z.string().optional(),
  /** Status of the Task: `requested`, `in-progress`, `on-hold`, `completed`, `failed`, `cancelled`, `rejected`. */
  status: z.string(),
  phase: z.string().optional(),
  /** Why it failed: a short code. */
  reason: z.string().optional(),
  nextStep: z.enum(NEXT_STEPS).optional(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** When what happened: FHIR dateTimes. */
  timeline: z.partialRecord(z.enum(IMPORT_MOMENTS), z.string()).default({}),
  counts: z.record(z.enum(['lines', ...DISPOSITIONS]), count),
  storedByType: z.record(z.string(), count),
  /** Live counts of the running job; absent when none runs. */
  progress: importProgressSchema.optional(),
});

export type ImportStatus = z.infer<typeof importStatusSchema>;

/** True when nothing will happen to the import by itself any more: it ended, or a person has to decide. */
export function isAtRest({ status, phase }: Pick<ImportStatus, 'status' | 'phase'>): boolean {
  return phase !== REDRIVING && ['completed', 'failed', 'cancelled', 'rejected', 'on-hold'].includes(status);
}

/** Reads an import's state out of its Task; `progress` is the caller's to add. */
export function importStatusFromTask(task: Task): ImportStatus {
  const exportId = task.identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value;
  const phase = isRedriving(task) ? REDRIVING : codeOf(task.businessStatus);
  const reason = codeOf(task.statusReason);
  const nextStep = nextStepOf(task);
  return {
    taskId: task.id ?? '',
    status: task.status,
    ...(exportId && { exportId }),
    ...(phase && { phase }),
    ...(reason && { reason }),
    ...(nextStep && { nextStep }),
    ...(task.executionPeriod?.start && { startedAt: task.executionPeriod.start }),
    ...(task.executionPeriod?.end && { endedAt: task.executionPeriod.end }),
    timeline: timelineFromTask(task),
    counts: { ...countsFromTask(task) },
    storedByType: { ...byTypeFromTask(task) },
  };
}

function codeOf(concept: Task['businessStatus']): string | undefined {
  return concept?.coding?.find(({ system }) => system === IMPORT_CODE_SYSTEM)?.code;
}

function nextStepOf({ statusReason }: Task): NextStep | undefined {
  const code = statusReason?.coding?.find(({ system }) => system === NEXT_STEP_SYSTEM)?.code;
  return NEXT_STEPS.find((step) => step === code);
}
