import type { LineProblem } from '@fasten-medplum/bridge/contract/import-report';
import { type ImportStatus, importStatusFromTask } from '@fasten-medplum/bridge/contract/import-status';
import type { Disposition } from '@fasten-medplum/bridge/contract/import-task';
import type { LineCode } from '@fasten-medplum/bridge/contract/line-codes';
import type { Task } from '@medplum/fhirtypes';

interface Words {
  readonly label: string;
  /** A colour of Mantine's. */
  readonly color: string;
}

/** How each ending of a line is called and drawn: the shade is seen on a light and on a dark page. */
export const DISPOSITION_WORDS: Readonly<Record<Disposition, Words & { readonly shade: number }>> = {
  created: { label: 'New', color: 'teal', shade: 6 },
  updated: { label: 'Updated', color: 'blue', shade: 6 },
  unchanged: { label: 'Already here', color: 'gray', shade: 5 },
  duplicate: { label: 'Repeated', color: 'violet', shade: 4 },
  quarantined: { label: 'Set aside', color: 'orange', shade: 6 },
  skipped: { label: 'Left out', color: 'yellow', shade: 5 },
};

/** The one word an operator looks for. */
export function wordsForStatus(status: string): Words {
  switch (status) {
    case 'completed':
      return { label: 'Done', color: 'green' };
    case 'failed':
      return { label: 'Failed', color: 'red' };
    case 'rejected':
      return { label: 'Rejected', color: 'gray' };
    case 'on-hold':
      return { label: 'On hold', color: 'orange' };
    case 'cancelled':
      return { label: 'Cancelled', color: 'gray' };
    case 'in-progress':
      return { label: 'Running', color: 'blue' };
    default:
      return { label: 'Requested', color: 'gray' };
  }
}

const PHASE_WORDS: Readonly<Record<string, string>> = {
  requested: 'Waiting for the health system to prepare the export',
  queued: 'The export is ready and waits its turn',
  downloading: 'Downloading the export',
  loading: 'Loading the records',
  loaded: 'All lines are accounted for',
  redriving: 'Trying the lines that were set aside again',
  failed: 'Stopped',
  cancelled: 'Cancelled',
  rejected: 'Not taken in: these records belong to somebody else',
};

/** An import from a file (`npm run import`) says only its status. */
const PHASE_OF_STATUS: Readonly<Record<string, string>> = {
  'in-progress': 'loading',
  completed: 'loaded',
  failed: 'failed',
  cancelled: 'cancelled',
};

/** What the import is doing, as a sentence without a full stop. */
export function describePhase(task: Task): string {
  return describeStatus(importStatusFromTask(task));
}

/** The same of what the bridge says of an import. */
export function describeStatus({ status, phase }: Pick<ImportStatus, 'status' | 'phase'>): string {
  if (status === 'on-hold') {
    return 'Waits for a person to decide whether these records belong to the patient';
  }
  return PHASE_WORDS[phase ?? PHASE_OF_STATUS[status] ?? ''] ?? wordsForStatus(status).label;
}

/** Why it stopped, when it did: the bridge's sentence, else its code, which says more to whoever runs it. */
export function describeReason(task: Task): string | undefined {
  return task.statusReason?.text ?? importStatusFromTask(task).reason;
}

const TRAIT_WORDS: Readonly<Record<string, string>> = {
  'family-name': 'family name',
  'given-name': 'given name',
  'birth-date': 'birth date',
  sex: 'sex',
};

/** What a Patient is recognised by. */
export function describeTrait(trait: string): string {
  return TRAIT_WORDS[trait] ?? trait;
}

const PROBLEM_WORDS: Readonly<Record<LineCode | 'merged', string>> = {
  'not-json': 'The line is not JSON',
  'not-a-resource': 'The line is JSON, but no FHIR resource',
  'unknown-resource-type': 'FHIR R4 has no resource of this type',
  'nested-too-deeply': 'The line is nested too deeply to be a resource',
  'acts-in-server': 'It would act in the server instead of standing in the record',
  'no-id': 'The resource has no id, so a later export could not be matched with it',
  'invalid-resource': 'The resource breaks a rule of FHIR',
  'fhir-r5': 'The line is written in FHIR R5, which means other things than R4',
  'fhir-stu3': 'The line is written in FHIR STU3, which means other things than R4',
  'fhir-dstu2': 'The line is written in FHIR DSTU2, which means other things than R4',
  'invalid-base64': 'The document cannot be decoded',
  'empty-document': 'The document has no content',
  'refused-by-server': 'Medplum refused the resource',
  'too-large': 'The resource is larger than Medplum takes',
  'edited-here': 'It was edited in Medplum in a way that the new version cannot be joined with',
  'older-than-stored': 'Medplum already holds a newer version of it',
  'deleted-here': 'It was deleted in Medplum, and stays deleted',
  'bundle-unwrapped': 'The line is a Bundle: what it holds is loaded entry by entry',
  'entry-without-resource': 'An entry of a Bundle that holds no resource',
  merged: 'It was edited in Medplum and changed at the source: both are kept where they do not contradict',
  'operation-outcome': 'A remark of the source’s search, not part of the record',
};

/** Codes whose words hold this text, whatever its case: people look for what they read. */
export function codesSaying(text: string): string[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return Object.entries(PROBLEM_WORDS).flatMap(([code, words]) => (words.toLowerCase().includes(wanted) ? [code] : []));
}

/** In words; the code itself when the bridge is newer than this page. */
export function describeProblem(problem: Pick<LineProblem, 'code'>): string {
  const words: Readonly<Record<string, string>> = PROBLEM_WORDS;
  return words[problem.code] ?? problem.code;
}

const REDRIVE_FAULTS: Readonly<Record<string, string>> = {
  'connection-revoked': 'the connection has ended',
  'raw-export-missing': 'the export is no longer kept',
  'raw-export-changed': 'the export that is kept is not the one that was loaded',
  'disk-full': 'there is no room on the disk of the worker',
  'medplum-unreachable': 'Medplum did not answer',
};

/** Why a try of the lines that were set aside came to nothing, to go on a sentence with. */
export function describeRedriveFault(code: string): string {
  return REDRIVE_FAULTS[code] ?? code;
}
