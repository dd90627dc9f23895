import type { Consent, Task } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { nextExport } from './next-export.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3600_000).toISOString();
const task = (status: Task['status'], hours: number) => ({ status, authoredOn: hoursAgo(hours) }) as Task;

test.each([
  ['a connection without any export', undefined, 'requested'],
  ['one whose export is done since today', task('completed', 24), 'too-early'],
  ['one whose export is older than a day', task('completed', 25), 'requested'],
  ['one that a person decides about', task('on-hold', 50), 'on-hold'],
  ['one whose export failed', task('failed', 1), 'requested'],
  ['one that is being loaded, however long', task('in-progress', 50), 'under-way'],
  ['one that waits for its webhook', task('requested', 2), 'under-way'],
  ['one that waits for a webhook that never came', task('requested', 7), 'requested'],
] as const)('%s: %#', (_name, latest, outcome) => {
  expect(nextExport({ status: 'active' } as Consent, latest, NOW).outcome).toBe(outcome);
});

test('too early says from when on, and a connection that was ended is not exported', () => {
  const active = { status: 'active' } as Consent;
  expect(nextExport(active, task('completed', 1), NOW).availableAt).toBe('2026-11-21T12:00:00.000Z');
  expect(nextExport({ status: 'inactive' } as Consent, undefined, NOW).outcome).toBe('not-active');
});
