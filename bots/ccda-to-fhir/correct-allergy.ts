import type { AllergyIntolerance, CodeableConcept } from '@medplum/fhirtypes';
import { authoredAt } from './correct-problem.ts';
import type { Statement } from './find-statements.ts';
import type { LeftOutReason } from './left-out.ts';
import { clinicalStatus } from './read-status.ts';
import { readDateTime, readTimes } from './read-time.ts';
import { attribute, below, child } from './xml-node.ts';

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';
const SNOMED = 'http://snomed.info/sct';

interface Nature {
  readonly type?: NonNullable<AllergyIntolerance['type']>;
  readonly category?: NonNullable<AllergyIntolerance['category']>[number];
}

/** What the value of an allergy observation says of its nature (SNOMED CT; C-CDA on FHIR, allergies). */
const NATURES: Readonly<Record<string, Nature>> = {
  '59037007': { type: 'intolerance', category: 'medication' },
  '235719002': { type: 'intolerance', category: 'food' },
  '414285001': { type: 'allergy', category: 'food' },
  '416098002': { type: 'allergy', category: 'medication' },
  '418471000': { category: 'food' },
  '419511003': { category: 'medication' },
  '419199007': { type: 'allergy' },
  '426232007': { type: 'allergy', category: 'environment' },
  '232347008': { type: 'allergy', category: 'environment' },
};

/** "None of these", said by a negation of the nature without a substance. */
const NONE_KNOWN: Readonly<Record<string, readonly [code: string, display: string]>> = {
  '414285001': ['429625007', 'No known food allergy'],
  '418471000': ['429625007', 'No known food allergy'],
  '416098002': ['409137002', 'No known drug allergy'],
  '419511003': ['409137002', 'No known drug allergy'],
  '419199007': ['716186003', 'No known allergy'],
  '420134006': ['716186003', 'No known allergy'],
  '418038007': ['716186003', 'No known allergy'],
};

/** A "substance", a "drug", "food": with a negation they say what the nature says. */
const ANY_SUBSTANCE = ['105590001', '410942007', '255620007', '762766007'];

/** The library calls every allergy one to food and confirmed, and takes "no known allergies" for one. */
export function correctAllergy(
  allergy: AllergyIntolerance,
  { node }: Statement,
  zone: string | undefined,
): AllergyIntolerance | LeftOutReason {
  const observation = below(node, 'entryRelationship', 'observation') ?? {};
  const nature = attribute(child(observation, 'value'), 'code') ?? '';
  const isNegated = attribute(observation, 'negationInd') === 'true';
  const isNamed = allergy.code?.coding?.some(({ code }) => code && !ANY_SUBSTANCE.includes(code));
  const noneKnown = isNegated && !isNamed ? noneOf(nature) : undefined;
  const code = noneKnown ?? allergy.code;
  if (!code) return isNegated ? 'says-none' : 'no-code';
  const { start, at = start } = readTimes(child(observation, 'effectiveTime'), zone);
  const recorded = readDateTime(authoredAt(observation) ?? authoredAt(node), zone);
  const isRefuted = isNegated && !noneKnown;
  // FHIR wants one of each (ait-1); what a document lists without a word goes on.
  const status = isRefuted ? 'inactive' : (clinicalStatus(node, observation) ?? 'active');
  const { type, category } = NATURES[nature] ?? {};
  return {
    resourceType: 'AllergyIntolerance',
    patient: allergy.patient,
    code,
    clinicalStatus: { coding: [{ system: CLINICAL, code: status }] },
    ...(isRefuted && { verificationStatus: { coding: [{ system: VERIFICATION, code: 'refuted' }] } }),
    ...(!noneKnown && { ...(type && { type }), ...(category && { category: [category] }) }),
    ...(at && { onsetDateTime: at }),
    ...(recorded && { recordedDate: recorded }),
    ...(allergy.recorder && { recorder: allergy.recorder }),
    // Only the day of a reaction's onset is kept by the library, and days that nobody said.
    ...(!isNegated && allergy.reaction && { reaction: allergy.reaction.map(({ onset: _, ...rest }) => rest) }),
  };
}

function noneOf(nature: string): CodeableConcept | undefined {
  const [code, display] = NONE_KNOWN[nature] ?? [];
  return code && display ? { coding: [{ system: SNOMED, code, display }], text: display } : undefined;
}
