import { useState } from 'react';
import { explainRefusal } from './explain-refusal.ts';

/** Something that a button does. */
export interface Action<A extends readonly unknown[]> {
  /** Does it; never fails: what went wrong is told as `problem`. */
  readonly act: (...args: A) => void;
  readonly isBusy: boolean;
  /** Why it was not done, for people; undefined while it is under way and after it went well. */
  readonly problem: string | undefined;
}

/**
 * What a person asked for by a button: whether it is under way, and why it was not done.
 *
 * @param work - What is asked for; its errors are OperationOutcomeErrors, as Medplum's and the bridge's are.
 * @param words - What a code means here, where that is more than it means everywhere.
 */
export function useAction<A extends readonly unknown[]>(
  work: (...args: A) => Promise<void>,
  words: Readonly<Record<string, string>> = {},
): Action<A> {
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  async function run(args: A): Promise<void> {
    setIsBusy(true);
    setProblem(undefined);
    try {
      await work(...args);
    } catch (error) {
      setProblem(explainRefusal(error, words));
    } finally {
      setIsBusy(false);
    }
  }

  return { act: (...args) => void run(args), isBusy, problem };
}
