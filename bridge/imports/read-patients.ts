import type { MedplumClient } from '@medplum/core';
import { holdFromTask } from '../contract/import-hold.ts';
import { type ImportPatients, type Person, personFromPatient } from '../contract/import-patients.ts';
import { rawExportsFromTask } from '../contract/import-task.ts';
import { HttpError } from '../errors.ts';
import { streamBinary } from '../medplum/binaries/stream-binary.ts';
import type { Caller } from '../medplum/callers.ts';
import type { StoredTask } from '../medplum/change-task.ts';

const LF = 0x0a;
/** Fasten reads the Patient first, so it stands near the beginning; a larger export is not searched to its end. */
const MAX_SEARCHED_BYTES = 100_000_000;
/** A Patient is a few kilobytes. What is longer is passed over, not held. */
const MAX_LINE_BYTES = 1_000_000;
const MAX_PATIENTS = 10;

/** Whom the lines of an export are about, and which lines these are (1-based, of their file). */
export interface FoundPatients {
  readonly persons: readonly Person[];
  readonly lines: readonly number[];
  readonly isComplete: boolean;
}

/**
 * Both sides of an import that waits for a decision: the chart's Patient, read with the caller's token, and those of the
 * raw export.
 *
 * @param medplum - The bridge's own client; the Task must have been read with the caller's.
 * @returns The answer, and the lines of the export that it was read from.
 */
export async function readPatients(
  medplum: MedplumClient,
  caller: Caller,
  task: StoredTask,
): Promise<{ readonly answer: ImportPatients; readonly lines: readonly number[] }> {
  const { candidate } = holdFromTask(task);
  const [, id] = /^Patient\/(.+)$/.exec(candidate ?? '') ?? [];
  const chart = id && (await caller.read('Patient', id).catch(unlessHidden));
  const { persons: records, lines, isComplete } = await findPatients(medplum, task);
  return {
    answer: { ...(chart && { chart: personFromPatient({ ...chart }) }), records: [...records], isComplete },
    lines,
  };
}

function unlessHidden(error: unknown): undefined {
  if (!(error instanceof HttpError) || error.status !== 404) throw error;
}

async function findPatients(medplum: MedplumClient, task: StoredTask): Promise<FoundPatients> {
  const persons: Person[] = [];
  const lines: number[] = [];
  let isComplete = true;
  for (const { reference } of rawExportsFromTask(task)) {
    const read = (chunks: AsyncIterable<Buffer>) => findInFile(chunks, MAX_PATIENTS - persons.length);
    const found = await streamBinary(medplum, reference.slice('Binary/'.length), read);
    persons.push(...found.persons);
    lines.push(...found.lines);
    isComplete &&= found.isComplete;
  }
  return { persons, lines, isComplete };
}

async function findInFile(chunks: AsyncIterable<Buffer>, most: number): Promise<FoundPatients> {
  const persons: Person[] = [];
  const lines: number[] = [];
  for await (const { number, bytes, end } of shortLines(chunks)) {
    const found = patientsOf(bytes);
    if (found.length > 0) lines.push(number);
    persons.push(...found.map(personFromPatient));
    if (persons.length >= most || end > MAX_SEARCHED_BYTES)
      return { persons: persons.slice(0, most), lines, isComplete: false };
  }
  return { persons, lines, isComplete: true };
}

interface Line {
  /** 1-based. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Where in the file it ends, in bytes. */
  readonly end: number;
}

/** Lines up to a megabyte; of longer ones nothing is given but their end. */
async function* shortLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  let [rest, number, position]: [Buffer, number, number] = [Buffer.alloc(0), 1, 0];
  let isLong = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      const bytes = isLong ? Buffer.alloc(0) : Buffer.concat([rest, chunk.subarray(start, end)]);
      yield { number, bytes, end: position + end };
      [rest, isLong, number, start] = [Buffer.alloc(0), false, number + 1, end + 1];
    }
    isLong ||= rest.length + chunk.length - start > MAX_LINE_BYTES;
    rest = isLong ? Buffer.alloc(0) : Buffer.concat([rest, chunk.subarray(start)]);
    position += chunk.length;
  }
  if (rest.length > 0) yield { number, bytes: rest, end: position };
}

/** The Patients of one line: itself, or those in it when it is a Bundle. */
function patientsOf(bytes: Buffer): Record<string, unknown>[] {
  if (!bytes.includes('"Patient"')) return [];
  try {
    const resource: unknown = JSON.parse(bytes.toString());
    const entries = isObject(resource) && Array.isArray(resource.entry) ? resource.entry : [];
    const inside = entries.map((entry: unknown) => (isObject(entry) ? entry.resource : undefined));
    return [resource, ...inside].filter(isObject).filter(({ resourceType }) => resourceType === 'Patient');
  } catch {
    // A line that cannot be read is told in the ledger; nobody can be recognised by it.
    return [];
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
