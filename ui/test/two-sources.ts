import { crc32, deflateSync } from 'node:zlib';
import type { Observation, Patient, Resource } from '@medplum/fhirtypes';

/** What the two health systems below tell of: everybody's chart agrees with it. */
export const KIM = { given: 'Kim', family: 'Example', birthDate: '1980-05-17', gender: 'female' } as const;

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';
const SNOMED = 'http://snomed.info/sct';
const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem';

/** Lines of two exports of one person that agree on some things, differ on others, and hold every kind of document. */
export function twoSources(): { readonly north: string; readonly lake: string } {
  return { north: toLines(north()), lake: toLines(lake()) };
}

function toLines(resources: readonly Resource[]): string {
  return resources.map((resource) => `${JSON.stringify(resource)}\n`).join('');
}

function north(): Resource[] {
  return [
    { resourceType: 'Organization', id: 'n-home', name: 'Mill Lane Clinic' },
    person('n', {
      managingOrganization: { reference: 'Organization/n-home' },
      address: [{ line: ['1 Mill Lane'], city: 'Northfield' }],
      telecom: [{ system: 'phone', value: '555-0100' }],
    }),
    allergy('n', 'high', 'Anaphylaxis'),
    condition('n', 'active', '2018-03-01'),
    medication('n', 'Take 1 tablet by mouth twice a day', '2024-02-01'),
    bloodGroup('n', '278149003', 'A Rh(D) positive', '2015-01-10'),
    glucose('n1', 96, 'mg/dL', '2019-05-01'),
    glucose('n2', 101, 'mg/dL', '2021-06-01'),
    glucose('n3', 108, 'mg/dL', '2023-07-01'),
    weight('n1', 160, '[lb_av]', '2020-05-01'),
    weight('n2', 158, '[lb_av]', '2022-05-01'),
    ...documents(),
    ...otherKinds(),
  ];
}

function lake(): Resource[] {
  return [
    { resourceType: 'Organization', id: 'l-home', name: 'Lakeside Hospital' },
    person('l', {
      managingOrganization: { reference: 'Organization/l-home' },
      address: [{ line: ['7 Harbour Road'], city: 'Lakeside' }],
      telecom: [{ system: 'phone', value: '555-0100' }],
    }),
    allergy('l', 'low', 'Rash'),
    condition('l', 'resolved', '2018-03-01'),
    medication('l', 'Take 2 tablets by mouth twice a day', '2024-05-01'),
    bloodGroup('l', '278152006', 'B Rh(D) positive', '2016-02-11'),
    glucose('l1', 5.4, 'mmol/L', '2022-06-01'),
    glucose('l2', 7.4, 'mmol/L', '2024-07-01'),
    weight('l1', 72, 'kg', '2021-05-01'),
    weight('l2', 71, 'kg', '2023-05-01'),
    weight('l3', 70, 'kg', '2024-05-01'),
  ];
}

const subjectOf = (id: string) => ({ reference: `Patient/${id.slice(0, 1)}` });

function person(id: string, more: Partial<Patient>): Patient {
  const { given, family, ...rest } = KIM;
  return { resourceType: 'Patient', id, name: [{ given: [given], family }], ...rest, ...more };
}

function allergy(id: string, criticality: 'high' | 'low', reaction: string): Resource {
  return {
    resourceType: 'AllergyIntolerance',
    id: `${id}-penicillin`,
    patient: subjectOf(id),
    clinicalStatus: { coding: [{ system: `${TERMINOLOGY}/allergyintolerance-clinical`, code: 'active' }] },
    code: { coding: [{ system: RXNORM, code: '7980', display: 'Penicillin G' }] },
    criticality,
    recordedDate: '2014-11-30',
    reaction: [{ manifestation: [{ text: reaction }] }],
  };
}

function condition(id: string, status: string, onsetDateTime: string): Resource {
  return {
    resourceType: 'Condition',
    id: `${id}-asthma`,
    subject: subjectOf(id),
    clinicalStatus: { coding: [{ system: `${TERMINOLOGY}/condition-clinical`, code: status }] },
    code: { coding: [{ system: SNOMED, code: '195967001', display: 'Asthma' }] },
    onsetDateTime,
    recordedDate: onsetDateTime,
  };
}

function medication(id: string, text: string, authoredOn: string): Resource {
  return {
    resourceType: 'MedicationRequest',
    id: `${id}-metformin`,
    status: 'active',
    intent: 'order',
    subject: subjectOf(id),
    medicationCodeableConcept: {
      coding: [{ system: RXNORM, code: '860975', display: 'metformin hydrochloride 500 MG Oral Tablet' }],
    },
    authoredOn,
    dosageInstruction: [{ text }],
  };
}

function observe(id: string, category: string, code: string, display: string, more: Partial<Observation>): Observation {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: [{ coding: [{ system: `${TERMINOLOGY}/observation-category`, code: category }] }],
    code: { coding: [{ system: LOINC, code, display }] },
    subject: subjectOf(id),
    ...more,
  };
}

function bloodGroup(id: string, code: string, display: string, effectiveDateTime: string): Resource {
  const valueCodeableConcept = { coding: [{ system: SNOMED, code, display }] };
  const name = 'ABO and Rh group [Type] in Blood';
  return observe(`${id}-blood`, 'laboratory', '882-1', name, { valueCodeableConcept, effectiveDateTime });
}

function glucose(id: string, value: number, unit: string, effectiveDateTime: string): Resource {
  const [code, by, high] = unit === 'mg/dL' ? ['2345-7', 'Mass', 99] : ['14749-6', 'Moles', 5.5];
  return observe(`${id}-glucose`, 'laboratory', code, `Glucose [${by}/volume] in Serum or Plasma`, {
    effectiveDateTime,
    valueQuantity: { value, unit, system: UCUM, code: unit },
    referenceRange: [{ high: { value: high, unit, system: UCUM, code: unit } }],
  });
}

function weight(id: string, value: number, code: string, effectiveDateTime: string): Resource {
  const unit = code === 'kg' ? 'kg' : 'lb';
  const valueQuantity = { value, unit, system: UCUM, code };
  return observe(`${id}-weight`, 'vital-signs', '29463-7', 'Body weight', { effectiveDateTime, valueQuantity });
}

/** What no section of a usual record is about. */
function otherKinds(): Resource[] {
  const subject = subjectOf('n');
  const smoking = { valueCodeableConcept: { text: 'Former smoker' }, effectiveDateTime: '2022-05-01' };
  const score = { valueInteger: 7, effectiveDateTime: '2023-01-15' };
  return [
    observe('n-smoking', 'social-history', '72166-2', 'Tobacco smoking status', smoking),
    observe('n-phq9', 'survey', '44261-6', 'PHQ-9 total score', score),
    {
      resourceType: 'FamilyMemberHistory',
      id: 'n-father',
      status: 'completed',
      patient: subject,
      name: 'Father',
      relationship: { text: 'Father' },
      condition: [{ code: { text: 'Stroke' } }],
    },
    {
      resourceType: 'Device',
      id: 'n-pump',
      patient: subject,
      status: 'active',
      deviceName: [{ name: 'Insulin pump', type: 'user-friendly-name' }],
    },
    {
      resourceType: 'ServiceRequest',
      id: 'n-referral',
      status: 'active',
      intent: 'order',
      subject,
      code: { text: 'Referral to ophthalmology' },
      authoredOn: '2024-03-01',
    },
    {
      resourceType: 'ImagingStudy',
      id: 'n-ct',
      status: 'available',
      subject,
      started: '2023-02-01',
      description: 'CT of the chest',
    },
    {
      resourceType: 'QuestionnaireResponse',
      id: 'n-intake',
      status: 'completed',
      subject,
      authored: '2022-05-01',
      item: [{ linkId: '1', text: 'Do you exercise?', answer: [{ valueString: 'Twice a week' }] }],
    },
    {
      resourceType: 'Flag',
      id: 'n-flag',
      status: 'active',
      subject,
      code: { text: 'Risk of falls' },
      period: { start: '2024-01-01' },
    },
  ];
}

function documents(): Resource[] {
  const files: readonly [string, string, Uint8Array][] = [
    ['Letter (PDF)', 'application/pdf', pdf('Dear colleague, Kim Example was seen today.')],
    ['Wound photograph', 'image/png', png()],
    ['Progress note (RTF)', 'application/rtf', Buffer.from(RTF)],
    ['Visit summary (HTML)', 'text/html', Buffer.from(HTML)],
    ['Nursing note (text)', 'text/plain', Buffer.from('Wound clean and dry.\nDressing changed.\n')],
    ['Summary of care (C-CDA)', 'text/xml', Buffer.from(CCDA)],
  ];
  return files.flatMap(([description, contentType, bytes], index): Resource[] => [
    { resourceType: 'Binary', id: `n-file-${index}`, contentType, data: Buffer.from(bytes).toString('base64') },
    {
      resourceType: 'DocumentReference',
      id: `n-document-${index}`,
      status: 'current',
      subject: subjectOf('n'),
      date: `2024-0${index + 1}-01T10:00:00Z`,
      description,
      content: [{ attachment: { contentType, url: `Binary/n-file-${index}` } }],
    },
  ]);
}

const RTF = String.raw`{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}{\b Assessment}\par Asthma, \u8220?well controlled\u8221?.\par\par {\b Plan}\par Continue inhaler; back in 3 months.\par}`;

const HTML = `<html><head><style>body{display:none}</style></head><body onload="alert(1)"><h1>Visit of 1 April</h1>
<p>Doing <b>well</b>.<script>document.title='broken in'</script><img src="https://tracker.example/p.gif"></p>
<table border="1"><tr><th>Test</th><th>Result</th></tr><tr><td>Peak flow</td><td>410 L/min</td></tr></table></body></html>`;

const CCDA = `<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Summary of care</title>
<effectiveTime value="20240601"/><recordTarget><patientRole><patient><name><given>Kim</given><family>Example</family></name></patient></patientRole></recordTarget>
<author><assignedAuthor><assignedPerson><name>Dr. Ada Muster</name></assignedPerson><representedOrganization><name>Northfield</name></representedOrganization></assignedAuthor></author>
<component><structuredBody>
<component><section><title>Allergies</title><text><table><thead><tr><th>Substance</th><th>Reaction</th><th>Since</th></tr></thead>
<tbody><tr><td>Penicillin G</td><td>Anaphylaxis</td><td>2014</td></tr><tr><td>Latex</td><td>Hives</td><td>2019</td></tr></tbody></table></text></section></component>
<component><section><title>Plan of care</title><text><list listType="ordered"><item>Inhaler as before</item><item>Spirometry in June</item></list></text></section></component>
</structuredBody></component></ClinicalDocument>`;

/** The smallest PDF of one page with one line of text, its table of offsets included. */
function pdf(text: string): Uint8Array {
  const stream = `BT /F1 14 Tf 40 740 Td (${text}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  const bodies = objects.map((object, index) => `${index + 1} 0 obj\n${object}\nendobj\n`);
  const head = '%PDF-1.4\n';
  const offsets = bodies.map((_, index) => head.length + bodies.slice(0, index).join('').length);
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const end = head.length + bodies.join('').length;
  const size = objects.length + 1;
  const trailer = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${end}\n%%EOF\n`;
  return Buffer.from(head + bodies.join('') + trailer);
}

/** A gradient of 160 by 90 pixels. */
function png(): Uint8Array {
  const [width, height] = [160, 90];
  const rows = Array.from({ length: height }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: width }, (_, x) => [200, x, 2 * y]).flat()]),
  );
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
