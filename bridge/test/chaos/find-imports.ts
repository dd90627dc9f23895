import type { MedplumClient, WithId } from '@medplum/core';
import type { Consent, Task } from '@medplum/fhirtypes';
import { orgConnectionIdOf } from '../../contract/connection.ts';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';

const FRESH = { cache: 'reload' } as const;
const ALL = '_count=1000';

/** The Consents of a patient's connections, ended ones too; not those of attempts. */
export async function findConnections(medplum: MedplumClient, patientId: string): Promise<WithId<Consent>[]> {
  const found = await medplum.searchResources('Consent', `patient=Patient/${patientId}&${ALL}`, FRESH);
  return found.filter((consent) => orgConnectionIdOf(consent) !== undefined);
}

/** The Tasks of a connection's imports, the oldest first. One that is on hold names its connection by the identifier only. */
export async function findImports(medplum: MedplumClient, consent: WithId<Consent>): Promise<WithId<Task>[]> {
  const name = encodeURIComponent(`${ORG_CONNECTION_SYSTEM}|${orgConnectionIdOf(consent)}`);
  const searches = [`focus=Consent/${consent.id}`, `focus:identifier=${name}`];
  const found = await Promise.all(searches.map((search) => medplum.searchResources('Task', `${search}&${ALL}`, FRESH)));
  const byId = new Map(found.flat().map((task) => [task.id, task]));
  return [...byId.values()].filter(exportIdOf).toSorted((a, b) => askedAt(a) - askedAt(b));
}

/** Fasten's id of the export that is imported; undefined of any other Task. */
export function exportIdOf({ identifier }: Task): string | undefined {
  return identifier?.find(({ system }) => system === EHI_EXPORT_SYSTEM)?.value;
}

function askedAt({ authoredOn = '' }: Task): number {
  return Date.parse(authoredOn);
}
