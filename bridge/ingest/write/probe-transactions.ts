import { type MedplumClient, OperationOutcomeError } from '@medplum/core';
import type { Bundle } from '@medplum/fhirtypes';
import { retryRead } from '../../medplum/client/retry-read.ts';

/** A Basic without its required `code`: refused everywhere, so that the probe stores nothing. */
const INVALID: Bundle = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [{ request: { method: 'POST', url: 'Basic' }, resource: { resourceType: 'Basic' } as never }],
};

/**
 * Whether transactions are transactions. Medplum's capability statement claims them always; without the project feature
 * `transaction-bundles` it runs them as batches and answers 200, where a real one answers 400 to the invalid entry.
 */
export function probeTransactions(medplum: MedplumClient): Promise<boolean> {
  return retryRead(async () => {
    try {
      await medplum.executeBatch(INVALID);
      return false;
    } catch (error) {
      if (error instanceof OperationOutcomeError) return true;
      throw error;
    }
  });
}
