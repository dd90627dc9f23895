import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MedplumClient } from '@medplum/core';
import type { Patient, Resource, Task } from '@medplum/fhirtypes';
import { expect } from 'vitest';
import { ORG_CONNECTION_SYSTEM } from '../contract/identifiers.ts';
import { countsFromTask, type ImportCounts, settledLines } from '../contract/import-task.ts';
import { KIM, storeChart } from './connect-chart.ts';
import { eventually, type World } from './start-world.ts';

export const PERSONA = { seed: 11, resources: 20, documentBytes: 100, patient: KIM };
export const SUBJECT = {
  resourceType: 'Patient',
  id: 'p',
  name: [{ given: [KIM.given], family: KIM.family }],
  birthDate: KIM.birthDate,
  gender: KIM.gender,
};

export interface Connected {
  readonly patient: Patient & { id: string };
  readonly orgConnectionId: string;
}

export type Source = Parameters<World['fasten']['createConnection']>[0];

export interface Imported extends Connected {
  readonly task: Task;
  readonly counts: ImportCounts;
  /** What is stored of it. */
  find<T extends Resource>(type: T['resourceType']): Promise<T[]>;
}

/** Exports from the connecting of a patient to the end of their imports, in one world. */
export interface Exports {
  /** A Patient whose portal has this record, connected by the page. `beforeBinding`: when only the bridge is asked from then on. */
  connect(source?: Source, beforeBinding?: () => void): Promise<Connected>;
  tasksOf(connected: Connected): Promise<Task[]>;
  ended(connected: Connected, status?: Task['status']): Promise<Task>;
  /** The event about a connection's export, once its delivery was tried. */
  attempted(connected: Connected): Promise<ReturnType<World['fasten']['deliveries']>[number]>;
  /** What an export with these lines becomes. */
  imported(lines: readonly (object | string)[], end?: string): Promise<Imported>;
  importedFrom(source: Source): Promise<Imported>;
  close(): Promise<void>;
}

export async function followExports(world: World, clinician: MedplumClient): Promise<Exports> {
  const portal = await mkdtemp(join(tmpdir(), 'portal-'));

  async function connect(source: Source = { persona: PERSONA }, beforeBinding?: () => void): Promise<Connected> {
    const patient = await storeChart(clinician);
    const { orgConnectionId } = await world.fasten.createConnection(source);
    beforeBinding?.();
    const body = { patientId: patient.id, org_connection_id: orgConnectionId };
    await eventually(async () => {
      const { status } = await world.call(clinician, 'POST', '/connections/complete', body);
      return status === 200 ? true : undefined;
    });
    return { patient, orgConnectionId };
  }

  async function tasksOf({ patient }: Connected): Promise<Task[]> {
    return [...(await clinician.searchResources('Task', `patient=Patient/${patient.id}`, { cache: 'reload' }))];
  }

  function ended(connected: Connected, status: Task['status'] = 'completed'): Promise<Task> {
    return eventually(async () => (await tasksOf(connected)).find((task) => task.status === status));
  }

  async function importedFrom(source: Source): Promise<Imported> {
    const connected = await connect(source);
    const task = await ended(connected);
    const counts = countsFromTask(task);
    expect(settledLines(counts)).toBe(counts.lines);
    const find = async <T extends Resource>(type: T['resourceType']): Promise<T[]> => {
      const query = `_tag=${ORG_CONNECTION_SYSTEM}|${connected.orgConnectionId}&_count=1000`;
      return [...(await clinician.searchResources(type as 'Basic', query, { cache: 'reload' }))] as unknown as T[];
    };
    return { ...connected, task, counts, find };
  }

  return {
    connect,
    tasksOf,
    ended,
    attempted: ({ orgConnectionId }) =>
      eventually(async () => {
        const own = world.fasten.deliveries().filter(({ data }) => data.org_connection_id === orgConnectionId);
        return own.find(({ attempts }) => attempts.length > 0);
      }),
    imported: async (lines, end = '\n') => {
      const file = join(portal, `${crypto.randomUUID()}.jsonl`);
      const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
      await writeFile(file, texts.join('\n') + end);
      return importedFrom({ file });
    },
    importedFrom,
    close: () => rm(portal, { recursive: true }),
  };
}
