import type { MedplumClient } from '@medplum/core';
import type { Task } from '@medplum/fhirtypes';
import { bookFromTask, type ErasureBook, type ErasureOutcome, outputsFromBook } from '../contract/erasure.ts';
import { IMPORT_CODE_SYSTEM } from '../contract/identifiers.ts';
import { changeTask, type StoredTask } from '../medplum/change-task.ts';

type ReceiptClient = Pick<MedplumClient, 'readResource' | 'updateResource' | 'getProfileAsync' | 'get' | 'fhirUrl'>;
type Step = ErasureBook['unfinished'];

/**
 * The receipt of an erasure as the run sees it: the Task, in which every step is written down before it is taken. One update
 * a step says that the step before is done and which one comes now.
 */
export class Receipt {
  readonly #medplum: ReceiptClient;
  readonly #taskId: string;
  #book: ErasureBook;

  private constructor(medplum: ReceiptClient, taskId: string, book: ErasureBook) {
    this.#medplum = medplum;
    this.#taskId = taskId;
    this.#book = book;
  }

  /** Opens the receipt for a run that ends in this outcome. */
  static async open(medplum: ReceiptClient, taskId: string, outcome: ErasureOutcome): Promise<Receipt> {
    const book = { ...bookFromTask(await readOwn(medplum, taskId)), outcome };
    const receipt = new Receipt(medplum, taskId, book);
    await receipt.#write(begun);
    return receipt;
  }

  get unfinished(): Step {
    return this.#book.unfinished;
  }

  async begin(step: Step): Promise<void> {
    const { unfinished, erased, edited } = this.#book;
    const counts = new Map(Object.entries(erased));
    for (const reference of unfinished.references) {
      const type = reference.slice(0, reference.indexOf('/'));
      counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    const done = { erased: Object.fromEntries(counts), edited: edited + unfinished.edited };
    this.#book = { ...this.#book, ...done, unfinished: step };
    await this.#write();
  }

  async keep(references: readonly string[]): Promise<void> {
    this.#book = { ...this.#book, kept: [...new Set([...this.#book.kept, ...references])] };
    await this.#write();
  }

  async complete(): Promise<Task> {
    return this.#write((task) => {
      return task.status === 'completed' ? task : { ...task, status: 'completed', executionPeriod: endedNow(task) };
    });
  }

  #write(change: (task: StoredTask) => StoredTask = (task) => task): Promise<StoredTask> {
    return changeTask(this.#medplum, this.#taskId, (task) => ({
      ...change(task),
      output: outputsFromBook(this.#book),
    }));
  }
}

/** Says on the receipt that the erasure was given up. */
export function failReceipt(medplum: ReceiptClient, taskId: string, code: string): Promise<StoredTask> {
  return changeTask(medplum, taskId, (task) => ({
    ...task,
    status: 'failed',
    statusReason: { coding: [{ system: IMPORT_CODE_SYSTEM, code }] },
    executionPeriod: endedNow(task),
  }));
}

/**
 * What is unfinished is erased without another look, so only what the bridge itself has written counts: the server tells
 * who wrote a version (`X-Medplum: extended`).
 */
async function readOwn(medplum: ReceiptClient, taskId: string): Promise<Task> {
  const headers = { 'X-Medplum': 'extended' };
  const task: Task = await medplum.get(medplum.fhirUrl('Task', taskId), { headers, cache: 'reload' });
  const profile = await medplum.getProfileAsync();
  const isOwn = task.meta?.author?.reference === `${profile?.resourceType}/${profile?.id}`;
  return isOwn ? task : { ...task, output: outputsFromBook({ ...bookFromTask(task), unfinished: NOTHING }) };
}

const NOTHING: Step = { references: [], edited: 0 };

function endedNow({ executionPeriod }: Task): NonNullable<Task['executionPeriod']> {
  return { ...executionPeriod, end: new Date().toISOString() };
}

/** A second look at what is complete leaves it so. */
function begun(task: StoredTask): StoredTask {
  if (task.status === 'completed') return task;
  const { statusReason: _, executionPeriod, ...rest } = task;
  const { end: __, ...period } = executionPeriod ?? {};
  return { ...rest, status: 'in-progress', executionPeriod: period } as StoredTask;
}
