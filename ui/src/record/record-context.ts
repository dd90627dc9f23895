import { createContext, useContext } from 'react';
import type { NamedSource } from '../sources/source-names.ts';
import type { Fact } from './find-facts.ts';
import { type Changes, NO_CHANGES } from './vanished/find-changes.ts';

/** What every part of an open record needs. */
export interface RecordContextValue {
  readonly patientId: string;
  readonly sources: readonly NamedSource[];
  /** FHIR instant; what was stored later is new to the reader. */
  readonly lastLook: string | undefined;
  /** What the sources no longer send; empty until that is known. */
  readonly vanished: Changes['vanished'];
  /** What the sources told differently after it had come; empty until that is known. */
  readonly changed: Changes['changed'];
  /** Shows where a fact comes from, and its document. */
  readonly open: (fact: Fact) => void;
}

export const RecordContext = createContext<RecordContextValue>({
  patientId: '',
  sources: [],
  lastLook: undefined,
  ...NO_CHANGES,
  open: () => undefined,
});

export function useRecord(): RecordContextValue {
  return useContext(RecordContext);
}
