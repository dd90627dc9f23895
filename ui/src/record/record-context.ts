import { createContext, useContext } from 'react';
import type { NamedSource } from '../sources/source-names.ts';
import type { Fact } from './find-facts.ts';
import type { Vanished } from './vanished/find-vanished.ts';

/** What every part of an open record needs. */
export interface RecordContextValue {
  readonly patientId: string;
  readonly sources: readonly NamedSource[];
  /** FHIR instant; what was stored later is new to the reader. */
  readonly lastLook: string | undefined;
  /** What the sources no longer send; empty until that is known. */
  readonly vanished: Vanished;
  /** Shows where a fact comes from, and its document. */
  readonly open: (fact: Fact) => void;
}

export const RecordContext = createContext<RecordContextValue>({
  patientId: '',
  sources: [],
  lastLook: undefined,
  vanished: new Map(),
  open: () => undefined,
});

export function useRecord(): RecordContextValue {
  return useContext(RecordContext);
}
