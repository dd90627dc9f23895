import { expect, test } from 'vitest';
import { readCcda } from './read-ccda.ts';

const head = `<title>Continuity of Care</title><effectiveTime value="20200131120000-0500"/>
  <recordTarget><patientRole><patient><name use="L"><!-- L is "Legal" --><given>Ada</given><family>Beispiel</family></name></patient></patientRole></recordTarget>
  <author><assignedAuthor><assignedPerson><name>Dr. Muster</name></assignedPerson>
  <representedOrganization><name>Northfield</name></representedOrganization></assignedAuthor></author>`;

const wrap = (body: string) =>
  `<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3">${head}<component>${body}</component></ClinicalDocument>`;

test('a document is read with its head and its sections, those within sections too', () => {
  const inner = '<component><section><title>Reactions</title><text>Hives</text></section></component>';
  const document = readCcda(
    wrap(`<structuredBody><component><section><title>Allergies</title>
      <text><table><tbody><tr><td>Penicillin</td></tr></tbody></table></text>${inner}</section></component></structuredBody>`),
  );
  expect(document).toMatchObject({
    title: 'Continuity of Care',
    time: '20200131120000-0500',
    patient: 'Ada Beispiel',
    author: 'Dr. Muster, Northfield',
    body: undefined,
  });
  expect(document?.sections.map(({ title }) => title)).toEqual(['Allergies']);
  expect(document?.sections[0]?.narrative?.textContent).toContain('Penicillin');
  expect(document?.sections[0]?.sections[0]?.title).toBe('Reactions');
});

test('a file that is wrapped in a document comes out as it was', () => {
  const document = readCcda(
    wrap(`<nonXMLBody><text mediaType="text/rtf" representation="B64">${btoa('{\\rtf1 hello}')}</text></nonXMLBody>`),
  );
  expect(document?.body?.type).toBe('text/rtf');
  expect(new TextDecoder().decode(document?.body?.bytes)).toBe('{\\rtf1 hello}');
  expect(document?.sections).toEqual([]);
});

test('what is no document is none', () => {
  expect(readCcda('<note/>')).toBeUndefined();
  expect(readCcda('<ClinicalDocument>')).toBeUndefined();
  expect(readCcda('not XML')).toBeUndefined();
});
