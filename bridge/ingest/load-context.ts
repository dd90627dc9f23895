import type { MedplumClient } from '@medplum/core';
import type { ImportProgress } from '../contract/import-report.ts';
import type { Documents } from './documents/documents.ts';
import type { EarlierImport } from './ledger/earlier-import.ts';
import type { StoredVersion } from './match/look-up.ts';
import type { ExportIndex } from './order/export-index.ts';
import type { RowStates } from './row-states.ts';
import type { PreparedResource } from './shape/prepare-resource.ts';
import type { Origin } from './shape/shape-meta.ts';
import type { Tally } from './tally.ts';

/** The Patient that the export is bound to. */
export type PatientBinding =
  /** The app's own Patient; the source's is kept beside it. */
  | {
      readonly kind: 'app';
      readonly reference: string;
      /** Rows of Patients who are somebody else, as `findBystanders` gives them: nothing of theirs is the app's Patient's. */
      readonly bystanders?: ReadonlySet<number>;
    }
  /** The export's one Patient line becomes the app's Patient. */
  | { readonly kind: 'own'; readonly row: number }
  /** A file of several patients, imported by hand: nothing is bound. */
  | { readonly kind: 'none' };

/** What every step of one load shares. */
export interface LoadContext {
  readonly medplum: MedplumClient;
  /** False where the server runs a transaction as a batch: every entry for itself, none may name another. */
  readonly hasTransactions: boolean;
  readonly origin: Origin;
  /** The import has come to its end before, and is only made again. */
  readonly hasEnded?: boolean | undefined;
  readonly files: readonly string[];
  readonly index: ExportIndex;
  readonly states: RowStates;
  readonly tally: Tally;
  readonly documents: Documents;
  readonly binding: PatientBinding;
  /** What the last import of the namespace left; undefined on a first one. */
  readonly earlier?: EarlierImport | undefined;
  /** When the export was retrieved: `Provenance.recorded`. */
  readonly retrieved: Date;
  /** `Binary/<id>` of each file of the raw export, where it was kept: `Provenance.entity`. */
  readonly rawExport?: readonly string[] | undefined;
  /** Told of a resource whenever its references were pointed at what there is. */
  readonly onLinked?: ((prepared: PreparedResource) => void) | undefined;
  /** Records that one bundle holds at most; default `MAX_ENTRIES`. */
  readonly maxEntries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** Whether this version was written by a run of this very import that did not come to its end. */
export function isByEarlierRun({ origin, hasEnded }: LoadContext, stored: StoredVersion | undefined): boolean {
  return !hasEnded && stored?.exportId === origin.exportId;
}
