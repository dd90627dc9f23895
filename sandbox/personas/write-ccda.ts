import type {
  AllergyIntolerance,
  CodeableConcept,
  Condition,
  DiagnosticReport,
  Immunization,
  MedicationRequest,
  Observation,
  Resource,
} from '@medplum/fhirtypes';
import { CVX, ICD_10, LOINC, RXNORM, SNOMED } from '../generator/codes/systems.ts';
import { uuid } from '../generator/make-ids.ts';
import { makeRandom } from '../generator/make-random.ts';
import type { Demographics } from '../generator/make-record.ts';

const OIDS: Readonly<Record<string, string>> = {
  [SNOMED]: '2.16.840.1.113883.6.96',
  [LOINC]: '2.16.840.1.113883.6.1',
  [RXNORM]: '2.16.840.1.113883.6.88',
  [CVX]: '2.16.840.1.113883.12.292',
  [ICD_10]: '2.16.840.1.113883.6.90',
};

const TEMPLATES = '2.16.840.1.113883.10.20.22';

/**
 * Writes a story as a Continuity of Care Document (C-CDA R2.1): problems, allergies, medications, immunizations, results.
 *
 * @param resources - The story, see tell-story.ts.
 * @returns XML.
 */
export function writeCcda(person: Demographics, resources: readonly Resource[]): string {
  const of = <T extends Resource>(type: T['resourceType']): T[] =>
    resources.filter((resource) => resource.resourceType === type) as unknown as T[];
  const observations = new Map(of<Observation>('Observation').map((each) => [`Observation/${each.id}`, each]));
  const sections = [
    section('5.1', '11450-4', 'Problems', of<Condition>('Condition').map(problem)),
    section('6.1', '48765-2', 'Allergies', of<AllergyIntolerance>('AllergyIntolerance').map(allergy)),
    section('1.1', '10160-0', 'Medications', of<MedicationRequest>('MedicationRequest').map(medication)),
    section('2.1', '11369-6', 'Immunizations', of<Immunization>('Immunization').map(immunization)),
    section(
      '3.1',
      '30954-2',
      'Results',
      of<DiagnosticReport>('DiagnosticReport').map((report) => results(report, observations)),
    ),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="US"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  ${template('1.1')}${template('1.2')}
  <id root="2.16.840.1.113883.3.0.2" extension="summary"/>
  <code code="34133-9" codeSystem="${OIDS[LOINC]}" displayName="Summarization of Episode Note"/>
  <title>Continuity of Care Document</title>
  <effectiveTime value="20261018090000+0000"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  ${recordTarget(person)}
  <component><structuredBody>${sections.join('')}</structuredBody></component>
</ClinicalDocument>
`;
}

function recordTarget({ given, family, birthDate, gender }: Demographics): string {
  const sex = gender === 'female' ? 'F' : gender === 'male' ? 'M' : 'UN';
  return `<recordTarget><patientRole>
    <id root="2.16.840.1.113883.3.0.2" extension="IAS"/>
    <patient>
      <name use="L"><given>${escapeXml(given)}</given><family>${escapeXml(family)}</family></name>
      <administrativeGenderCode code="${sex}" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="${time(birthDate)}"/>
    </patient>
  </patientRole></recordTarget>`;
}

function section(id: string, loinc: string, title: string, entries: readonly string[]): string {
  const found = entries.map((entry) => `<entry typeCode="DRIV">${entry}</entry>`).join('');
  return `<component><section>${template(`2.${id}`)}<code code="${loinc}" codeSystem="${OIDS[LOINC]}"/><title>${title}</title><text>${title}: ${entries.length}</text>${found}</section></component>`;
}

function problem({ id, code, onsetDateTime, abatementDateTime }: Condition): string {
  const status = abatementDateTime === undefined ? 'active' : 'completed';
  return concern(
    '4.3',
    `${id}`,
    status,
    onsetDateTime,
    `${template('4.4')}${identifier(`observation-${id}`)}<code code="64572001" codeSystem="${OIDS[SNOMED]}"/><statusCode code="completed"/>${interval(onsetDateTime, abatementDateTime)}${coded('value', code, ' xsi:type="CD"')}`,
  );
}

function allergy({ id, code, recordedDate }: AllergyIntolerance): string {
  return concern(
    '4.30',
    `${id}`,
    'active',
    recordedDate,
    `${template('4.7')}${identifier(`observation-${id}`)}<code code="ASSERTION" codeSystem="2.16.840.1.113883.5.4"/><statusCode code="completed"/>${interval(recordedDate)}<value xsi:type="CD" code="419199007" codeSystem="${OIDS[SNOMED]}" displayName="Allergy to substance"/><participant typeCode="CSM"><participantRole classCode="MANU"><playingEntity classCode="MMAT">${coded('code', code)}</playingEntity></participantRole></participant>`,
  );
}

function concern(root: string, id: string, status: string, since: string | undefined, observation: string): string {
  return `<act classCode="ACT" moodCode="EVN">${template(root)}${identifier(id)}<code code="CONC" codeSystem="2.16.840.1.113883.5.6"/><statusCode code="${status}"/>${interval(since)}<entryRelationship typeCode="SUBJ"><observation classCode="OBS" moodCode="EVN">${observation}</observation></entryRelationship></act>`;
}

function medication({ id, status, authoredOn, medicationCodeableConcept: drug }: MedicationRequest): string {
  const state = status === 'active' ? 'active' : 'completed';
  return `<substanceAdministration classCode="SBADM" moodCode="INT">${template('4.16')}${identifier(`${id}`)}<statusCode code="${state}"/><effectiveTime xsi:type="IVL_TS"><low value="${time(authoredOn)}"/></effectiveTime><consumable><manufacturedProduct classCode="MANU">${template('4.23')}<manufacturedMaterial>${coded('code', drug)}</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`;
}

function immunization({ id, vaccineCode, occurrenceDateTime, lotNumber }: Immunization): string {
  return `<substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="false">${template('4.52')}${identifier(`${id}`)}<statusCode code="completed"/><effectiveTime value="${time(occurrenceDateTime)}"/><consumable><manufacturedProduct classCode="MANU">${template('4.54')}<manufacturedMaterial>${coded('code', vaccineCode)}<lotNumberText>${lotNumber}</lotNumberText></manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`;
}

function results({ id, code, effectiveDateTime, result }: DiagnosticReport, found: Map<string, Observation>): string {
  const members = (result ?? []).flatMap(({ reference = '' }) => found.get(reference) ?? []).map(observation);
  return `<organizer classCode="BATTERY" moodCode="EVN">${template('4.1')}${identifier(`${id}`)}${coded('code', code)}<statusCode code="completed"/><effectiveTime><low value="${time(effectiveDateTime)}"/><high value="${time(effectiveDateTime)}"/></effectiveTime>${members.map((member) => `<component>${member}</component>`).join('')}</organizer>`;
}

function observation({ id, code, effectiveDateTime, valueQuantity: value, interpretation }: Observation): string {
  const flag = interpretation?.[0]?.coding?.[0]?.code;
  const told = flag === undefined ? '' : `<interpretationCode code="${flag}" codeSystem="2.16.840.1.113883.5.83"/>`;
  return `<observation classCode="OBS" moodCode="EVN">${template('4.2')}${identifier(`${id}`)}${coded('code', code)}<statusCode code="completed"/><effectiveTime value="${time(effectiveDateTime)}"/><value xsi:type="PQ" value="${value?.value}" unit="${escapeXml(value?.code ?? '1')}"/>${told}</observation>`;
}

function template(id: string): string {
  return `<templateId root="${TEMPLATES}.${id}" extension="2015-08-01"/>`;
}

/** The same id for the same entry in every document of a person. */
function identifier(key: string): string {
  return `<id root="${uuid(makeRandom('ccda', key))}"/>`;
}

function coded(element: string, concept: CodeableConcept | undefined, more = ''): string {
  const [coding, ...others] = concept?.coding ?? [];
  const translations = others.map(
    ({ system = '', code, display = concept?.text ?? '' }) =>
      `<translation code="${code}" codeSystem="${OIDS[system]}" displayName="${escapeXml(display)}"/>`,
  );
  return `<${element}${more} code="${coding?.code}" codeSystem="${OIDS[coding?.system ?? '']}" displayName="${escapeXml(coding?.display ?? '')}">${translations.join('')}</${element}>`;
}

function interval(low: string | undefined, high?: string): string {
  return `<effectiveTime><low value="${time(low)}"/>${high === undefined ? '' : `<high value="${time(high)}"/>`}</effectiveTime>`;
}

/** 2026-10-18T09:00:00Z is 20261018090000+0000. */
function time(iso = ''): string {
  return iso.replaceAll(/[-:T]/g, '').replace('Z', '+0000');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
