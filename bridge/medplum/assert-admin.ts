import type { MedplumClient } from '@medplum/core';
import { PermanentError } from '../errors.ts';

/**
 * Makes sure that a client may `$expunge`: its membership is an admin's, or its project the server's own.
 *
 * @throws PermanentError `not-an-admin` with what to do.
 */
export async function assertAdmin(medplum: Pick<MedplumClient, 'get'>): Promise<void> {
  const me = (await medplum.get('auth/me')) as { project?: { superAdmin?: boolean }; membership?: { admin?: boolean } };
  if (me.membership?.admin || me.project?.superAdmin) return;
  throw new PermanentError(
    'not-an-admin',
    'MEDPLUM_ADMIN_CLIENT_ID is no admin of its project: tick admin in its membership, or leave it out',
  );
}
