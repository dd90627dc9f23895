import { BRIDGE_CODE_SYSTEM, IMPORT_TASK_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import { isRedriving } from '@fasten-medplum/bridge/contract/import-redrive';
import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import type { PageOf } from '../lists/use-pages.ts';

/** The ways an operator looks at the list, and the statuses of Task that each shows. */
export const IMPORT_FILTERS = [
  { value: 'all', label: 'All', statuses: [] },
  { value: 'running', label: 'Running', statuses: ['requested', 'received', 'accepted', 'ready', 'in-progress'] },
  { value: 'attention', label: 'Attention', statuses: ['on-hold', 'failed'] },
  { value: 'done', label: 'Done', statuses: ['completed', 'cancelled', 'rejected'] },
] as const;

export type ImportFilter = (typeof IMPORT_FILTERS)[number]['value'];

export const PAGE_SIZE = 40;

/** @param page - From 0. The newest change comes first. */
export async function findImports(medplum: MedplumClient, filter: ImportFilter, page: number): Promise<PageOf<Task>> {
  const statuses = IMPORT_FILTERS.find(({ value }) => value === filter)?.statuses ?? [];
  const query = {
    code: `${BRIDGE_CODE_SYSTEM}|${IMPORT_TASK_CODE}`,
    ...(statuses.length > 0 && { status: statuses.join(',') }),
    _sort: '-_lastUpdated',
    _count: PAGE_SIZE,
    _offset: page * PAGE_SIZE,
    _total: 'accurate',
  } as const;
  const bundle = await medplum.search('Task', query, { cache: 'reload' });
  const rows = bundle.entry?.flatMap((entry) => entry.resource ?? []) ?? [];
  return { rows, total: bundle.total ?? rows.length };
}

/** Whether the bridge is still at work on it, so that looking again soon is worth it. */
export function isRunning(task: Task): boolean {
  return isRedriving(task) || IMPORT_FILTERS[1].statuses.some((status) => status === task.status);
}

const RUNNING_PAUSE_MS = 2_000;
export const IDLE_PAUSE_MS = 15_000;

/** Every two seconds while one of them runs, else rarely: a search costs the user's quota. */
export function pauseFor(tasks: readonly Task[] | undefined): number {
  return tasks?.some(isRunning) ? RUNNING_PAUSE_MS : IDLE_PAUSE_MS;
}
