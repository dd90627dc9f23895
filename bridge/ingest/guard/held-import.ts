import type { Trait } from '../../contract/demographics/compare-demographics.ts';

/**
 * Not a failure: the records seem to be somebody else's, and a person must decide. Nothing has been written to the chart,
 * and running the import again before that is decided only holds it again.
 */
export class HeldImport extends Error {
  readonly code = 'import-held';
  /** `Patient/<id>` of the chart. */
  readonly patient: string;
  /** In what the export's Patient and the chart's differ. */
  readonly reasons: readonly Trait[];

  constructor(patient: string, reasons: readonly Trait[], taskId: string | undefined) {
    const decide = taskId ? `; decide with: npm run decide -- --task ${taskId} --accept|--reject` : '';
    super(`the records' Patient and ${patient} differ in ${reasons.join(', ')}${decide}`);
    this.name = 'HeldImport';
    this.patient = patient;
    this.reasons = reasons;
  }
}
