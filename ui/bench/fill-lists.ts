import type { MedplumClient } from '@medplum/core';
import type { Patient, Resource, Task } from '@medplum/fhirtypes';
import { makeImportTask, makeOutputs } from '../test/import-tasks.ts';

const RESOURCES_A_BUNDLE = 100;

/** Stores so many charts, and for each an import that is done. */
export async function fillLists(medplum: MedplumClient, count: number): Promise<void> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  await store(medplum, numbers.map(makePatient));
  await store(medplum, numbers.map(makeImport));
}

function makePatient(number: number): Patient {
  const name = [{ given: ['Kim'], family: `Example${String(number).padStart(5, '0')}` }];
  return { resourceType: 'Patient', active: true, name, birthDate: '1980-05-17', gender: 'female' };
}

function makeImport(number: number): Task {
  const whose = { reference: 'Patient/123', display: `Kim Example${String(number).padStart(5, '0')}` };
  return makeImportTask('completed', 'loaded', { for: whose, output: makeOutputs() });
}

async function store(medplum: MedplumClient, resources: readonly Resource[]): Promise<void> {
  for (let first = 0; first < resources.length; first += RESOURCES_A_BUNDLE) {
    const entry = resources.slice(first, first + RESOURCES_A_BUNDLE).map((resource) => {
      return { request: { method: 'POST', url: resource.resourceType } as const, resource };
    });
    await medplum.executeBatch({ resourceType: 'Bundle', type: 'transaction', entry });
  }
}
