import type { ProvenanceAgent } from '@medplum/fhirtypes';

/** What each part in a record's way here is, to somebody who does not know FHIR. Codes: provenance-participant-type. */
const PARTS: Readonly<Record<string, string>> = {
  author: 'told by',
  informant: 'told by',
  transmitter: 'sent on by',
  assembler: 'put in by',
  performer: 'done by',
  verifier: 'checked by',
  attester: 'signed by',
  enterer: 'entered by',
  custodian: 'kept by',
};

/** @returns The code itself when it is not known here, to go before a name. */
export function describeAgent({ type }: ProvenanceAgent): string {
  const code = type?.coding?.[0]?.code;
  return code === undefined ? 'by' : (PARTS[code] ?? `${code}:`);
}
