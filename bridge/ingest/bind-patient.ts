import type { LoadContext, PatientBinding } from './load-context.ts';
import type { ExportIndex } from './order/export-index.ts';
import type { Retirement } from './shape/prepare-resource.ts';

/**
 * To whom the records of the export belong: the app's Patient when one is given, else the export's one Patient, else
 * nobody, since a file of several patients cannot belong to one of them. `bystanders` are rows of Patients whose records
 * these are not.
 */
export function bindPatient(
  index: ExportIndex,
  app: string | undefined,
  bystanders: ReadonlySet<number> = new Set(),
): PatientBinding {
  if (app) return { kind: 'app', reference: app, ...(bystanders.size > 0 && { bystanders }) };
  const rows = Array.from({ length: index.size }, (_, row) => row).filter(
    (row) => index.typeOf(row) === 'Patient' && !index.isShaded(row),
  );
  const [only] = rows;
  return only !== undefined && rows.length === 1 ? { kind: 'own', row: only } : { kind: 'none' };
}

/** How a Patient of the export is kept beside the app's; undefined when it is to be the app's. */
export function retirementOf(binding: PatientBinding, row: number): Retirement | undefined {
  return binding.kind === 'app' ? { by: binding.bystanders?.has(row) ? undefined : binding.reference } : undefined;
}

/** `Patient/<id>` that the records were bound to; undefined for none, or when the Patient itself was not loaded. */
export function boundPatient({ binding, states }: LoadContext): string | undefined {
  if (binding.kind === 'app') return binding.reference;
  const id = binding.kind === 'own' ? states.storedId(binding.row) : undefined;
  return id ? `Patient/${id}` : undefined;
}
