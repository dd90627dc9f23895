import type { MedplumClient, WithId } from '@medplum/core';
import type { Patient } from '@medplum/fhirtypes';
import { type Connection, connectionSchema } from '../contract/connection.ts';
import type { World } from './start-world.ts';

/** Somebody with a chart here and records elsewhere. Where the two say different things, the wrong-chart guard holds the import. */
export interface Person {
  readonly given: string;
  readonly family: string;
  readonly birthDate: string;
  readonly gender: 'female' | 'male' | 'other';
}

/** Whose chart and records they are where nothing depends on it. */
export const KIM = { given: 'Kim', family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;

/** Nothing of ours contains these names: where one of them turns up outside Medplum, a record has leaked. */
export const UNMISTAKABLE = { given: 'Zyxwvut', family: 'Qponmlk', birthDate: '1971-02-03', gender: 'female' } as const;

/** A chart that says of a person what their records say. */
export function storeChart(medplum: MedplumClient, { given, family, ...rest }: Person = KIM): Promise<WithId<Patient>> {
  return medplum.createResource<Patient>({ resourceType: 'Patient', name: [{ given: [given], family }], ...rest });
}

type Source = Parameters<World['fasten']['createConnection']>[0];

/**
 * A chart's person signs in where these records are kept, and the page of `caller` tells the bridge, which asks for them.
 *
 * @throws Error when the bridge refuses.
 */
export async function connectChart(
  world: Pick<World, 'call' | 'fasten'>,
  caller: MedplumClient,
  chart: { readonly id: string },
  source: Source,
): Promise<Connection> {
  const { orgConnectionId } = await world.fasten.createConnection(source);
  return bindConnection(world, caller, chart, orgConnectionId);
}

/**
 * The page of `caller` tells the bridge of a connection that Fasten has.
 *
 * @throws Error when the bridge refuses.
 */
export async function bindConnection(
  { call }: Pick<World, 'call'>,
  caller: MedplumClient,
  chart: { readonly id: string },
  orgConnectionId: string,
): Promise<Connection> {
  const wanted = { patientId: chart.id, org_connection_id: orgConnectionId };
  const { status, body } = await call(caller, 'POST', '/connections/complete', wanted);
  if (status !== 200) throw new Error(`connections/complete answered ${status}: ${JSON.stringify(body)}`);
  return connectionSchema.parse(body);
}
