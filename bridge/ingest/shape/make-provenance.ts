import type { Provenance, Reference } from '@medplum/fhirtypes';
import { EHI_EXPORT_SYSTEM, ORG_CONNECTION_SYSTEM } from '../../contract/identifiers.ts';
import type { LoadContext } from '../load-context.ts';
import { originTags } from './shape-meta.ts';

const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';

/** The version that stands in Provenance as the assembler's. */
export const BRIDGE_VERSION = '0.1.0';

/**
 * Where the resources of one bundle came from: the first target is the Patient, so that the record shows in the
 * patient's compartment; then what the bundle wrote. The source is the export, and its files as they were kept. Travels in the same transaction (R4 provenance.html).
 */
export function makeProvenance(
  { origin, rawExport = [], retrieved }: Pick<LoadContext, 'origin' | 'rawExport' | 'retrieved'>,
  patient: string | undefined,
  targets: readonly string[],
): Provenance {
  const all = patient ? [patient, ...targets.filter((target) => target !== patient)] : targets;
  const files = rawExport.length > 0 ? rawExport.map((reference) => ({ reference })) : [{}];
  const identifier = { system: EHI_EXPORT_SYSTEM, value: origin.exportId };
  const connection = { system: ORG_CONNECTION_SYSTEM, value: origin.namespace };
  return {
    resourceType: 'Provenance',
    meta: { tag: originTags(origin) },
    target: all.map((reference): Reference => ({ reference })),
    recorded: retrieved.toISOString(),
    agent: [
      agent('author', { identifier: connection, display: 'Source of the health record' }),
      agent('transmitter', { display: 'Fasten Connect' }),
      agent('assembler', { display: `Fasten-Medplum bridge ${BRIDGE_VERSION}` }),
    ],
    entity: files.map((file) => ({ role: 'source', what: { ...file, identifier } })),
  };
}

function agent(code: string, who: Provenance['agent'][number]['who']): Provenance['agent'][number] {
  return { type: { coding: [{ system: PARTICIPANT, code }] }, who };
}
