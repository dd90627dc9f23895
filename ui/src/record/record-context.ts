import { createContext, useContext } from 'react';
import type { NamedSource } from '../sources/source-names.ts';
import type { Fact } from './find-facts.ts';

/** What every part of an open record needs. */
export interface RecordContextValue {
  readonly patientId: string;
  readonly sources: readonly NamedSource[];
  /** FHIR instant; what was stored later is new to the reader. */
  readonly lastLook: string | undefined;
  /** Shows where a fact comes from, and its document. */
  readonly open: (fact: Fact) => void;
}

export const RecordContext = createContext<RecordContextValue>({
  patientId: '',
  sources: [],
  lastLook: undefined,
  open: () => undefined,
});

export function useRecord(): RecordContextValue {
  return useContext(RecordContext);
}
