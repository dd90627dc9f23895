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
import { type Code, CVX, ICD_10, LOINC, RXNORM, SNOMED } from './codes/systems.ts';
import { uuid } from './make-ids.ts';
import { makeRandom } from './make-random.ts';
import type { Demographics } from './make-record.ts';

const OIDS: Readonly<Record<string, string>> = {
  [SNOMED]: '2.16.840.1.113883.6.96',
  [LOINC]: '2.16.840.1.113883.6.1',
  [RXNORM]: '2.16.840.1.113883.6.88',
  [CVX]: '2.16.840.1.113883.12.292',
  [ICD_10]: '2.16.840.1.113883.6.90',
};

const TEMPLATES = '2.16.840.1.113883.10.20.22';

/** What stands before the sections of a document, and beside them. */
export interface CcdaHeader {
  readonly person: Demographics;
  /** Of the person at the source. */
  readonly personId: { readonly root: string; readonly extension: string };
  /** Of the document at the source. */
  readonly id: string;
  /** LOINC: what kind of document it is. */
  readonly code: Code;
  readonly title: string;
  /** FHIR dateTime. */
  readonly writtenAt: string;
  /** What its author wrote, as a section of text; it may hold any characters. */
  readonly narrative?: string;
}

/**
 * Writes facts as a clinical document (C-CDA R2.1): problems, allergies, medications, immunizations, results, social history.
 *
 * @param resources - Any; what belongs to no section is left out. Reports name their results as `Observation/<id>`.
 * @returns XML.
 */
export function writeCcda(header: CcdaHeader, resources: readonly Resource[]): string {
  const of = <T extends Resource>(type: T['resourceType']): T[] =>
    resources.filter((resource) => resource.resourceType === type) as unknown as T[];
  const observations = new Map(of<Observation>('Observation').map((each) => [`Observation/${each.id}`, each]));
  const resultsOf = ({ result = [] }: DiagnosticReport): Observation[] =>
    result.flatMap(({ reference = '' }) => observations.get(reference) ?? []);
  const told = [...observations.values()].filter(isSocialHistory);
  const sections = [
    section('5.1', '11450-4', 'Problems', of<Condition>('Condition'), problem, ({ code }) => [code?.text]),
    section('6.1', '48765-2', 'Allergies', of<AllergyIntolerance>('AllergyIntolerance'), allergy, ({ code }) => [
      code?.text,
    ]),
    section('1.1', '10160-0', 'Medications', of<MedicationRequest>('MedicationRequest'), medication, (one) => [
      one.medicationCodeableConcept?.text,
    ]),
    section('2.1', '11369-6', 'Immunizations', of<Immunization>('Immunization'), immunization, (one) => [
      one.vaccineCode.text,
      one.occurrenceDateTime,
    ]),
    section(
      '3.1',
      '30954-2',
      'Results',
      of<DiagnosticReport>('DiagnosticReport'),
      (report) => results(report, resultsOf(report)),
      (report) => resultsOf(report).map(({ code, valueQuantity: q }) => `${code.text}: ${q?.value} ${q?.unit}`),
    ),
    section('17', '29762-2', 'Social history', told, socialHistory, ({ code, valueCodeableConcept: value }) => [
      code.text,
      value?.text,
    ]),
    header.narrative === undefined ? '' : assessment(header.narrative),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <realmCode code="US"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  ${template('1.1')}${template('1.2')}
  <id root="2.16.840.1.113883.3.0.2" extension="${escapeXml(header.id)}"/>
  <code code="${header.code.code}" codeSystem="${OIDS[LOINC]}" displayName="${escapeXml(header.code.display)}"/>
  <title>${escapeXml(header.title)}</title>
  <effectiveTime value="${time(header.writtenAt)}"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  ${recordTarget(header)}
  <component><structuredBody>${sections.join('')}</structuredBody></component>
</ClinicalDocument>
`;
}

function recordTarget({ person: { given, family, birthDate, gender }, personId }: CcdaHeader): string {
  const sex = gender === 'female' ? 'F' : gender === 'male' ? 'M' : 'UN';
  return `<recordTarget><patientRole>
    <id root="${personId.root}" extension="${escapeXml(personId.extension)}"/>
    <patient>
      <name use="L"><given>${escapeXml(given)}</given><family>${escapeXml(family)}</family></name>
      <administrativeGenderCode code="${sex}" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="${time(birthDate)}"/>
    </patient>
  </patientRole></recordTarget>`;
}

/** Nothing of nothing: a section that has no entries would have to say why. */
function section<T>(
  id: string,
  loinc: string,
  title: string,
  facts: readonly T[],
  write: (fact: T) => string,
  name: (fact: T) => readonly (string | undefined)[],
): string {
  if (facts.length === 0) return '';
  const items = facts.map((fact) => `<item>${escapeXml(name(fact).join(', '))}</item>`);
  const entries = facts.map((fact) => `<entry typeCode="DRIV">${write(fact)}</entry>`);
  return `<component><section>${template(`2.${id}`)}<code code="${loinc}" codeSystem="${OIDS[LOINC]}"/><title>${title}</title><text><list>${items.join('')}</list></text>${entries.join('')}</section></component>`;
}

function assessment(text: string): string {
  return `<component><section>${template('2.8')}<code code="51848-0" codeSystem="${OIDS[LOINC]}"/><title>Assessment</title><text>${escapeXml(text)}</text></section></component>`;
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
  return `<substanceAdministration classCode="SBADM" moodCode="EVN" negationInd="false">${template('4.52')}${identifier(`${id}`)}<statusCode code="completed"/><effectiveTime value="${time(occurrenceDateTime)}"/><consumable><manufacturedProduct classCode="MANU">${template('4.54')}<manufacturedMaterial>${coded('code', vaccineCode)}${lotNumber === undefined ? '' : `<lotNumberText>${lotNumber}</lotNumberText>`}</manufacturedMaterial></manufacturedProduct></consumable></substanceAdministration>`;
}

function results({ id, code, effectiveDateTime }: DiagnosticReport, observations: readonly Observation[]): string {
  const members = observations.map(measurement);
  return `<organizer classCode="BATTERY" moodCode="EVN">${template('4.1')}${identifier(`${id}`)}${coded('code', code)}<statusCode code="completed"/><effectiveTime><low value="${time(effectiveDateTime)}"/><high value="${time(effectiveDateTime)}"/></effectiveTime>${members.map((member) => `<component>${member}</component>`).join('')}</organizer>`;
}

function measurement({ id, code, effectiveDateTime, valueQuantity: value, interpretation }: Observation): string {
  const flag = interpretation?.[0]?.coding?.[0]?.code;
  const told = flag === undefined ? '' : `<interpretationCode code="${flag}" codeSystem="2.16.840.1.113883.5.83"/>`;
  return `<observation classCode="OBS" moodCode="EVN">${template('4.2')}${identifier(`${id}`)}${coded('code', code)}<statusCode code="completed"/><effectiveTime value="${time(effectiveDateTime)}"/><value xsi:type="PQ" value="${value?.value}" unit="${escapeXml(value?.code ?? '1')}"/>${told}</observation>`;
}

function isSocialHistory({ category = [] }: Observation): boolean {
  return category.some(({ coding = [] }) => coding.some(({ code }) => code === 'social-history'));
}

function socialHistory({ id, code, effectiveDateTime, valueCodeableConcept: value }: Observation): string {
  return `<observation classCode="OBS" moodCode="EVN">${template('4.78')}${identifier(`${id}`)}${coded('code', code)}<statusCode code="completed"/><effectiveTime value="${time(effectiveDateTime)}"/>${coded('value', value, ' xsi:type="CD"')}</observation>`;
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

/** 2026-10-18T09:00:00.000Z is 20261018090000+0000; seconds are enough. */
function time(iso = ''): string {
  const [, day = '', clock = '', zone = ''] = /^([\d-]+)(?:T([\d:]+)(?:\.\d+)?(Z|[+-][\d:]+))?$/.exec(iso) ?? [];
  return [day, clock, zone === 'Z' ? '+0000' : zone]
    .map((part, at) => part.replaceAll(at === 0 ? '-' : ':', ''))
    .join('');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
