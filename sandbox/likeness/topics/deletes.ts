import { randomUUID } from 'node:crypto';
import type { Observation, Patient } from '@medplum/fhirtypes';
import { likeness } from '../likeness.ts';
import { newSource, observationOf, patientOf } from '../make-resources.ts';
import type { World } from '../open-world.ts';
import { resourceOf, said, saidOfEntries } from '../said.ts';

async function newPatient(world: World): Promise<string> {
  return resourceOf<Patient>(await world.member.call('POST', 'Patient', patientOf(newSource(world)))).id;
}

/** DELETE, and $expunge, which alone removes. */
export const deletes = [
  likeness(
    'DELETE is 200, a read then 410, DELETE again 200',
    ['200 All OK', '410 Gone', '200 All OK'],
    async (world) => {
      const id = await newPatient(world);
      return [
        said(await world.member.call('DELETE', `Patient/${id}`)),
        said(await world.member.call('GET', `Patient/${id}`)),
        said(await world.member.call('DELETE', `Patient/${id}`)),
      ];
    },
  ),

  likeness('DELETE of what there never was is 404', '404 Not found', async ({ member }) =>
    said(await member.call('DELETE', `Patient/${randomUUID()}`)),
  ),

  likeness('DELETE does not cascade', '200', async (world) => {
    const id = await newPatient(world);
    const made = await world.member.call('POST', 'Observation', observationOf(`Patient/${id}`));
    await world.member.call('DELETE', `Patient/${id}`);
    return said(await world.member.call('GET', `Observation/${resourceOf<Observation>(made).id}`));
  }),

  likeness('$expunge is not for ordinary clients', '403 Forbidden', async (world) =>
    said(await world.member.call('POST', `Patient/${await newPatient(world)}/$expunge`)),
  ),

  likeness(
    '$expunge by an admin removes the history too, and the id is free for nobody',
    ['200 All OK', '404 Not found', '404 Not found', '404 Not found'],
    async (world) => {
      const id = await newPatient(world);
      return [
        said(await world.admin.call('POST', `Patient/${id}/$expunge`)),
        said(await world.member.call('GET', `Patient/${id}`)),
        said(await world.member.call('GET', `Patient/${id}/_history`)),
        said(await world.member.call('PUT', `Patient/${id}`, { resourceType: 'Patient', id })),
      ];
    },
  ),

  likeness('$expunge of what is not there is 200', '200 All OK', async (world) =>
    said(await world.admin.call('POST', `Patient/${randomUUID()}/$expunge`)),
  ),

  likeness('$expunge works as an entry of a batch', ['200 All OK'], async (world) => {
    const entry = [{ request: { method: 'POST', url: `Patient/${await newPatient(world)}/$expunge` } }];
    return saidOfEntries(await world.admin.call('POST', '', { resourceType: 'Bundle', type: 'batch', entry }));
  }),
];
