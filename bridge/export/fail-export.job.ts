import type { MedplumClient } from '@medplum/core';
import type { Log } from '../observe/log.ts';
import type { Payload } from '../queue/specs.ts';
import { failTask } from './end-task.ts';
import { ensureTask } from './ensure-task.ts';
import { requireConnection } from './require-connection.ts';

export interface FailExportDeps {
  readonly medplum: Pick<MedplumClient, 'searchOne' | 'readResource' | 'createResourceIfNoneExist' | 'updateResource'>;
  readonly log: Log;
}

/** Fasten's reasons as of 2026-08; the list grows, and what is new may be free text. */
const REASONS: Readonly<Record<string, string>> = {
  token_refresh_failure: 'Fasten could not renew the access; the patient should reconnect',
  scope_patient_missing: 'the patient did not share their demographics; they should reconnect',
  resource_patient_failure: 'Fasten could not read the Patient at the health system',
  resource_invalid_content: 'Fasten could not read what the health system sent',
  tefca_no_documents_found: 'no documents were found for the patient',
  suppressed_please_contact: 'Fasten hides the reason; ask its support with the export id',
};

/** Makes the job that keeps a failed export on its Task, where support can read it. */
export function createFailExportJob({ medplum, log }: FailExportDeps) {
  return async ({ orgConnectionId, exportId, reason }: Payload<'export-failed'>): Promise<void> => {
    const consent = await requireConnection(medplum, orgConnectionId);
    const task = await ensureTask(medplum, consent, exportId);
    const code = Object.hasOwn(REASONS, reason) ? reason : 'unknown-reason';
    await failTask(medplum, task.id, code, REASONS[code] ?? 'Fasten gave a reason that is not known');
    log.warn('export.failed', { taskId: task.id, exportId, reason: code });
  };
}
