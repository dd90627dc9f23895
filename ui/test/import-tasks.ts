import { BRIDGE_CODE_SYSTEM, IMPORT_CODE_SYSTEM, IMPORT_TASK_CODE } from '@fasten-medplum/bridge/contract/identifiers';
import type { ImportReport } from '@fasten-medplum/bridge/contract/import-report';
import type { ImportPhase } from '@fasten-medplum/bridge/contract/import-status';
import { outputsFromReport } from '@fasten-medplum/bridge/contract/import-task';
import type { Task } from '@medplum/fhirtypes';

/** An import Task as the bridge writes it; `for` somebody who need not exist. */
export function makeImportTask(status: Task['status'], phase: ImportPhase, changes: Partial<Task> = {}): Task {
  return {
    resourceType: 'Task',
    status,
    intent: 'order',
    code: { coding: [{ system: BRIDGE_CODE_SYSTEM, code: IMPORT_TASK_CODE }] },
    businessStatus: { coding: [{ system: IMPORT_CODE_SYSTEM, code: phase }] },
    for: { reference: 'Patient/123', display: 'Ada Beispiel' },
    ...changes,
  };
}

/** The outputs of an import of 2,761 lines of which three could not be loaded. */
export function makeOutputs(changes: Partial<ImportReport> = {}): NonNullable<Task['output']> {
  return outputsFromReport({
    connection: 'c',
    lines: 2761,
    created: 2700,
    updated: 30,
    unchanged: 20,
    duplicate: 8,
    quarantined: 2,
    skipped: 1,
    receivedByType: {
      Observation: 2000,
      Condition: 400,
      Encounter: 150,
      Procedure: 90,
      MedicationRequest: 60,
      Immunization: 40,
      DocumentReference: 15,
      AllergyIntolerance: 5,
      Patient: 1,
    },
    storedByType: {
      Observation: 1998,
      Condition: 398,
      Encounter: 150,
      Procedure: 90,
      MedicationRequest: 59,
      Immunization: 40,
      DocumentReference: 15,
      AllergyIntolerance: 5,
      Patient: 1,
    },
    problemsByCode: { 'invalid-resource': 1, 'not-json': 1, 'unknown-resource-type': 1 },
    repairsByRule: {},
    problems: [
      {
        line: 12,
        file: 0,
        disposition: 'quarantined',
        code: 'invalid-resource',
        resourceType: 'Observation',
        expression: ['Observation.status'],
      },
      { line: 840, file: 0, disposition: 'quarantined', code: 'not-json' },
      { line: 2760, file: 1, disposition: 'skipped', code: 'unknown-resource-type' },
    ],
    ...changes,
  });
}
