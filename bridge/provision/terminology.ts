import type { CodeSystem, NamingSystem, ValueSet } from '@medplum/fhirtypes';
import {
  BRIDGE_CODE_SYSTEM,
  CONNECTION_ATTEMPT_SYSTEM,
  CONNECTION_CONSENT_CODE,
  CRITICAL_RESULT_CODE,
  CRITICAL_RESULT_SYSTEM,
  DUPLICATES_SYSTEM,
  EHI_EXPORT_SYSTEM,
  ERASURE_SYSTEM,
  ERASURE_TASK_CODE,
  FED_AFTER_IMPORT_CODE,
  IMPORT_CODE_SYSTEM,
  IMPORT_TASK_CODE,
  LANE_CODE,
  LANE_SYSTEM,
  LINEAGE_SYSTEM,
  MESSAGE_SYSTEM,
  NEXT_STEP_SYSTEM,
  ORG_CONNECTION_SYSTEM,
  REPAIRED_CODE,
  REVIEW_TASK_CODE,
  SAME_PERSON_CODE,
  SAME_PERSON_SYSTEM,
  SYNC_CHANGES_CODE,
} from '../contract/identifiers.ts';
import { IMPORT_PHASES, NEXT_STEPS } from '../contract/import-status.ts';

const BRIDGE_CODES: Readonly<Record<string, string>> = {
  [CONNECTION_CONSENT_CODE]: 'Connection to a health system',
  [IMPORT_TASK_CODE]: 'Import of a record',
  [ERASURE_TASK_CODE]: 'Erasure of an imported record',
  [LANE_CODE]: 'Lane of an import',
  [REVIEW_TASK_CODE]: 'Review of an import',
  [SYNC_CHANGES_CODE]: 'What a re-sync changed',
  [CRITICAL_RESULT_CODE]: 'Critical result',
  [SAME_PERSON_CODE]: 'Are these one person?',
  [FED_AFTER_IMPORT_CODE]: 'Told of an import when it is done',
  [REPAIRED_CODE]: 'Repaired, so that the server takes it',
};

const PHASE_WORDS: Readonly<Record<(typeof IMPORT_PHASES)[number], string>> = {
  requested: 'Asked for',
  queued: 'Waiting',
  downloading: 'Downloading',
  loading: 'Loading',
  held: 'Waiting for a person to decide',
  loaded: 'Loaded',
  failed: 'Failed',
  cancelled: 'Cancelled',
  rejected: 'Rejected by a person',
};

const STEP_WORDS: Readonly<Record<(typeof NEXT_STEPS)[number], string>> = {
  retry: 'Is tried again by itself',
  reconnect: 'The patient connects the health system again',
  support: 'Somebody asks Fasten',
  'nothing-found': 'The health system has no record',
};

/** Our codes with their words, so that the Medplum app shows and checks them. A fragment: Task outputs have many more. */
export const codeSystems: readonly (CodeSystem & { readonly name: string })[] = [
  codeSystem('FastenBridgeCodes', BRIDGE_CODE_SYSTEM, BRIDGE_CODES),
  codeSystem('FastenImportPhases', IMPORT_CODE_SYSTEM, PHASE_WORDS),
  codeSystem('FastenNextSteps', NEXT_STEP_SYSTEM, STEP_WORDS),
];

/** What a person may choose from, when they search in the Medplum app. */
export const valueSets: readonly (ValueSet & { readonly name: string })[] = [
  valueSet('FastenImportPhase', IMPORT_CODE_SYSTEM, [...IMPORT_PHASES]),
  valueSet('FastenNextStep', NEXT_STEP_SYSTEM, [...NEXT_STEPS]),
];

/** What each identifier system of ours identifies. */
export const namingSystems: readonly (NamingSystem & { readonly name: string })[] = [
  namingSystem(
    'FastenConnection',
    ORG_CONNECTION_SYSTEM,
    'Connections of patients to health systems, by org_connection_id',
  ),
  namingSystem('FastenLineage', LINEAGE_SYSTEM, 'Lineages of connections, by the first org_connection_id'),
  namingSystem('FastenConnectionAttempt', CONNECTION_ATTEMPT_SYSTEM, 'Attempts to connect, by the hash of a secret'),
  namingSystem('FastenExport', EHI_EXPORT_SYSTEM, 'Exports of records, by task_id'),
  namingSystem('FastenLane', LANE_SYSTEM, 'Lanes of writing'),
  namingSystem('FastenMessage', MESSAGE_SYSTEM, 'Messages to patients, one for each event of an import'),
  namingSystem('FastenCriticalResult', CRITICAL_RESULT_SYSTEM, 'Flags of critical results, by Observation'),
  namingSystem('FastenDuplicates', DUPLICATES_SYSTEM, 'Clusters of duplicates, by the two that they began with'),
  namingSystem('FastenSamePerson', SAME_PERSON_SYSTEM, 'Questions whether two Patients are one person'),
  namingSystem('FastenErasure', ERASURE_SYSTEM, 'Receipts of erasures'),
];

function codeSystem(name: string, url: string, words: Readonly<Record<string, string>>) {
  return {
    resourceType: 'CodeSystem' as const,
    name,
    url,
    status: 'active' as const,
    content: 'fragment' as const,
    concept: Object.entries(words).map(([code, display]) => ({ code, display })),
  };
}

function valueSet(name: string, system: string, codes: readonly string[]) {
  return {
    resourceType: 'ValueSet' as const,
    name,
    url: `${system}/value-set`,
    status: 'active' as const,
    compose: { include: [{ system, concept: codes.map((code) => ({ code })) }] },
  };
}

function namingSystem(name: string, uri: string, description: string) {
  return {
    resourceType: 'NamingSystem' as const,
    name,
    status: 'active' as const,
    kind: 'identifier' as const,
    // Of the text, not of the server: a second run must find nothing to change.
    date: '2026-11-23',
    description,
    uniqueId: [{ type: 'uri' as const, value: uri, preferred: true }],
  };
}
