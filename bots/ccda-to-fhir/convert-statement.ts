import { type Ccda, convertCcdaToFhir } from '@medplum/ccda';
import type { Resource } from '@medplum/fhirtypes';
import { correctAllergy } from './correct-allergy.ts';
import { correctMedication } from './correct-medication.ts';
import { correctObservation } from './correct-observation.ts';
import { correctEncounter, correctGoal, correctImmunization, correctProcedure } from './correct-others.ts';
import { correctProblem } from './correct-problem.ts';
import type { Statement } from './find-statements.ts';
import type { LeftOutReason } from './left-out.ts';
import { children } from './xml-node.ts';

const TEMPLATES = '2.16.840.1.113883.10.20.22.2.';

/** By the template of the section the library tells what an entry is; those that it knows best. */
const SECTION_TEMPLATES: Readonly<Record<Statement['kind'], string>> = {
  allergies: `${TEMPLATES}6.1`,
  encounters: `${TEMPLATES}22.1`,
  goals: `${TEMPLATES}60`,
  immunizations: `${TEMPLATES}2.1`,
  medications: `${TEMPLATES}1.1`,
  observations: `${TEMPLATES}3.1`,
  problems: `${TEMPLATES}5.1`,
  procedures: `${TEMPLATES}7.1`,
};

/** The library makes resources about somebody only. Who it is stands in the document, and was looked at before. */
const SOMEBODY = [{ patientRole: { patient: { birthTime: { '@_value': '1900' } } } }];

/** What the library made of one statement: the resource, and the people and organisations that it refers to. */
export interface Converted {
  readonly resource: Resource;
  readonly others: readonly Resource[];
}

/**
 * One statement as the library converts it, put right where that is known to be wrong or lossy. One at a time: an entry
 * that the library chokes on stops no other, and each resource can be compared with what it was made of.
 */
export function convertStatement(statement: Statement, zone: string | undefined): Converted | LeftOutReason {
  try {
    const resources = callLibrary(statement);
    const resource = resources.at(-1);
    if (!resource) return 'no-code';
    const corrected = correct(resource, statement, zone);
    return typeof corrected === 'string' ? corrected : { resource: corrected, others: resources.slice(0, -1) };
  } catch {
    // Whatever it says may quote the document.
    return 'failed';
  }
}

function callLibrary({ kind, tag, node }: Statement): Resource[] {
  const section = { templateId: [{ '@_root': SECTION_TEMPLATES[kind] }], entry: [{ [tag]: [prepared(kind, node)] }] };
  const ccda = { recordTarget: SOMEBODY, component: { structuredBody: { component: [{ section: [section] }] } } };
  const { entry = [] } = convertCcdaToFhir(ccda as unknown as Ccda);
  // Behind the Composition and the Patient.
  return entry.slice(2).flatMap(({ resource }) => resource ?? []);
}

/** What is a statement of its own goes apart; what the library cannot do without is put in. */
function prepared(kind: Statement['kind'], node: Statement['node']): object {
  const { component: _, entryRelationship: __, value: ___, ...bare } = node;
  switch (kind) {
    case 'observations':
      return { ...bare, templateId: templatesOf(node) };
    case 'goals':
      return { ...bare, templateId: templatesOf(node), statusCode: node.statusCode ?? { '@_code': 'active' } };
    case 'encounters':
    case 'procedures':
      return bare;
    case 'allergies':
      return { ...node, entryRelationship: children(node, 'entryRelationship').map(withOneManifestation) };
    default:
      return node;
  }
}

function templatesOf(node: Statement['node']): object[] {
  const ids = children(node, 'templateId');
  return ids.length > 0 ? ids : [{ '@_root': 'none' }];
}

/** Of several reactions the library finds the first. */
function withOneManifestation(relationship: Statement['node']): object {
  const observations = children(relationship, 'observation').map((observation) => {
    const all = children(observation, 'entryRelationship');
    const reactions = all
      .filter((each) => each['@_typeCode'] === 'MFST')
      .flatMap((each) => children(each, 'observation'));
    const rest = all.filter((each) => each['@_typeCode'] !== 'MFST');
    const one = reactions.length > 0 ? [{ '@_typeCode': 'MFST', observation: reactions }] : [];
    return { ...observation, entryRelationship: [...rest, ...one] };
  });
  return { ...relationship, observation: observations };
}

function correct(resource: Resource, statement: Statement, zone: string | undefined): Resource | LeftOutReason {
  switch (resource.resourceType) {
    case 'AllergyIntolerance':
      return correctAllergy(resource, statement, zone);
    case 'Condition':
      return correctProblem(resource, statement, zone);
    case 'Encounter':
      return correctEncounter(resource, statement, zone);
    case 'Goal':
      return correctGoal(resource, statement, zone);
    case 'Immunization':
      return correctImmunization(resource, statement, zone);
    case 'MedicationRequest':
      return correctMedication(resource, statement, zone);
    case 'Observation':
      return correctObservation(resource, statement, zone);
    case 'Procedure':
      return correctProcedure(resource, statement, zone);
    default:
      return 'not-supported';
  }
}
