import {
  BRIDGE_CODE_SYSTEM,
  CCDA_CONVERSION_CODE,
  CCDA_CONVERSION_SYSTEM,
  CCDA_OUTCOME_SYSTEM,
} from '@fasten-medplum/bridge/contract/identifiers';
import type { DocumentReference, Patient, Reference, Task, TaskOutput } from '@medplum/fhirtypes';
import { type ConversionFault, DOCUMENT_FAULTS, LEFT_OUT, type LeftOut, NEEDS_READING } from './left-out.ts';
import { nameOfSection } from './section-kinds.ts';

/** How the conversion of one document ended. */
export type Conversion =
  | { readonly fault: ConversionFault; readonly traits?: readonly string[] }
  | { readonly converted: number; readonly alreadyHere: number; readonly leftOut: readonly LeftOut[] };

const LOINC = 'http://loinc.org';

/**
 * The Task that says what became of a document: done, or asking somebody to read it, with what was left out by section and
 * reason. Counts, codes and our own words only: a Task is shown in lists.
 *
 * @param key - Names the document, its content and what converted it: there is one Task for each.
 */
export function makeReport(
  conversion: Conversion,
  key: string,
  document: DocumentReference & { id: string },
  patient: (Reference<Patient> & { reference: string }) | undefined,
): Task {
  const isFault = 'fault' in conversion;
  const asksSomebody = isFault || conversion.leftOut.some(({ reason }) => NEEDS_READING.includes(reason));
  return {
    resourceType: 'Task',
    identifier: [{ system: CCDA_CONVERSION_SYSTEM, value: key }],
    status: asksSomebody ? 'requested' : 'completed',
    intent: 'order',
    priority: 'routine',
    code: {
      coding: [{ system: BRIDGE_CODE_SYSTEM, code: CCDA_CONVERSION_CODE }],
      text: asksSomebody ? 'Read a document that was not fully converted' : 'A document was converted',
    },
    ...(isFault && { statusReason: { coding: [{ system: CCDA_OUTCOME_SYSTEM, code: conversion.fault }] } }),
    description: isFault ? describeFault(conversion.fault) : describe(conversion),
    ...(asksSomebody && { performerType: [{ text: 'Care team' }] }),
    focus: { reference: `DocumentReference/${document.id}` },
    ...(patient && { for: patient }),
    authoredOn: new Date().toISOString(),
    output: isFault ? (conversion.traits ?? []).map((trait) => outcome(trait, 1)) : outcomes(conversion),
  };
}

function describeFault(fault: ConversionFault): string {
  return `Nothing of this document is in the record as data: ${DOCUMENT_FAULTS[fault]}. It can be read as it came.`;
}

function describe({ converted, alreadyHere, leftOut }: Exclude<Conversion, { fault: ConversionFault }>): string {
  if (converted + alreadyHere + leftOut.length === 0)
    return 'This document holds text only. It can be read as it came.';
  const counts = `New in the record from this document: ${converted}. There already: ${alreadyHere}.`;
  const rest = [...count(leftOut)].map(([, { section, reason, times }]) => {
    return `${times} in ${nameOfSection(section)} (${LEFT_OUT[reason]})`;
  });
  return rest.length > 0 ? `${counts} Only in the document: ${rest.join('; ')}.` : counts;
}

function outcomes({ converted, alreadyHere, leftOut }: Exclude<Conversion, { fault: ConversionFault }>): TaskOutput[] {
  const rest = [...count(leftOut)].map(([, { section, reason, times }]) => outcome(reason, times, section));
  return [outcome('converted', converted), outcome('already-here', alreadyHere), ...rest];
}

function outcome(code: string, times: number, section?: string): TaskOutput {
  const about = section === undefined || section === 'unknown' ? [] : [{ system: LOINC, code: section }];
  return { type: { coding: [{ system: CCDA_OUTCOME_SYSTEM, code }, ...about] }, valueInteger: times };
}

function count(leftOut: readonly LeftOut[]): Map<string, LeftOut & { times: number }> {
  const counted = new Map<string, LeftOut & { times: number }>();
  for (const each of leftOut) {
    const name = `${each.section} ${each.reason}`;
    counted.set(name, { ...each, times: (counted.get(name)?.times ?? 0) + 1 });
  }
  return counted;
}
