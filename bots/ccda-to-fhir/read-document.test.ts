import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CCD } from '../test/ccd.ts';
import { makeFacts } from './make-facts.ts';
import { readDocument } from './read-document.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const PATIENT = { reference: 'Patient/1' };

/** The codes of faults, the number of facts, or that it is none of ours. */
function outcomeOf(bytes: Uint8Array): string | number {
  const read = readDocument(bytes);
  if (!read) return 'no C-CDA';
  return 'fault' in read ? read.fault : makeFacts(read, PATIENT).facts.length;
}

const FACTS = outcomeOf(utf8(CCD));

test('the whole of a document is read', () => {
  expect(FACTS).toBe(18);
});

test.each<[string, Uint8Array]>([
  ['UTF-8 with a byte order mark', utf8(`\ufeff${CCD}`)],
  ['UTF-16 little-endian', Buffer.from(`\ufeff${CCD.replace('UTF-8', 'UTF-16')}`, 'utf16le')],
  ['UTF-16 big-endian', Buffer.from(`\ufeff${CCD.replace('UTF-8', 'UTF-16')}`, 'utf16le').swap16()],
  ['UTF-16 without a byte order mark', Buffer.from(CCD.replace('UTF-8', 'UTF-16'), 'utf16le')],
  ['UTF-8 that declares UTF-16', utf8(CCD.replace('UTF-8', 'utf-16'))],
  ['Latin-1', Buffer.from(CCD.replace('UTF-8', 'ISO-8859-1').replace('Elena', 'Elenaé'), 'latin1')],
  ['no declaration', utf8(CCD.slice(CCD.indexOf('?>') + 2))],
  ['a prefix for its namespace', utf8(CCD.replace(/<(\/?)(?=[A-Za-z])/g, '<$1v3:').replace(' xmlns=', ' xmlns:v3='))],
])('%s is the same document', (_, bytes) => {
  expect(outcomeOf(bytes)).toBe(FACTS);
});

test.each<[string, Uint8Array, string]>([
  ['bytes that are no UTF-8', Buffer.from(CCD.replace('Elena', 'Elenaé'), 'latin1'), 'wrong-encoding'],
  ['an encoding that nobody knows', utf8(CCD.replace('UTF-8', 'EBCDIC-CP-US')), 'wrong-encoding'],
  ['an entity of its own', utf8(CCD.replace('<ClinicalDocument', '<!DOCTYPE x []><ClinicalDocument')), 'xml-doctype'],
  ['a document cut off', utf8(CCD.slice(0, 9_000)), 'xml-not-well-formed'],
  ['a section alone', utf8('<section xmlns="urn:hl7-org:v3"/>'), 'no-clinical-document'],
  ['a document without a namespace', utf8('<ClinicalDocument/>'), 'no-clinical-document'],
])('%s is reported', (_, bytes, fault) => {
  expect(outcomeOf(bytes)).toBe(fault);
});

test.each([
  '<svg xmlns="http://www.w3.org/2000/svg"/>',
  '<!DOCTYPE html><html/>',
  '<Bundle xmlns="http://hl7.org/fhir"/>',
])('%s is no concern of ours', (text) => {
  expect(outcomeOf(utf8(text))).toBe('no C-CDA');
});

test('a document garbled anywhere is converted in part or reported, and never throws', () => {
  const noise = fc.constantFrom(
    '',
    '<',
    '>',
    '"',
    ' x="1"',
    '<entry/>',
    '<id root="&#65;"/>',
    ' nullFlavor="NI"',
    '9'.repeat(40),
  );
  const cut = fc.record({ at: fc.nat(CCD.length), length: fc.nat(60), noise });
  fc.assert(
    fc.property(fc.array(cut, { minLength: 1, maxLength: 3 }), (cuts) => {
      const garbled = cuts.reduce(
        (text, { at, length, noise }) => text.slice(0, at) + noise + text.slice(at + length),
        CCD,
      );
      const outcome = outcomeOf(utf8(garbled));
      expect(typeof outcome === 'number' ? outcome <= 20 : outcome.length > 0).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test('any element may be missing, empty or doubled', () => {
  const elements = [...CCD.matchAll(/<(\w+)[^<>]*\/>/g)];
  fc.assert(
    fc.property(fc.constantFrom(...elements), fc.constantFrom('', 'empty', 'twice'), (element, change) => {
      const replaced = change === 'twice' ? element[0].repeat(2) : change && `<${element[1]}/>`;
      const text = CCD.slice(0, element.index) + replaced + CCD.slice(element.index + element[0].length);
      expect(typeof outcomeOf(utf8(text))).toBe('number');
    }),
    { numRuns: 200 },
  );
});

test('a hostile document that is well formed ends soon, with what can be said of it', () => {
  const section = (entries: string) =>
    `<section><code code="30954-2"/><text><a ID="x">y</a></text>${entries}</section>`;
  const document = (sections: string) =>
    `<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component>${sections}</component></structuredBody></component></ClinicalDocument>`;
  const hostile = [
    document('<section/>'.repeat(49_000)),
    document(section('<entry/>'.repeat(49_000))),
    document(section('<entry><observation><code code="1"/></observation></entry>'.repeat(16_000))),
    document(section(`<entry>${'<organizer><component>'.repeat(25)}${'</component></organizer>'.repeat(25)}</entry>`)),
    document(
      section(
        `<entry><observation><code code="1">${'<translation code="2"/>'.repeat(48_000)}</code></observation></entry>`,
      ),
    ),
    document(section('<entry><observation><text><reference value="#x"/></text></observation></entry>'.repeat(10_000))),
  ];
  for (const text of hostile) {
    const outcome = outcomeOf(utf8(text));
    expect(outcome).toBeLessThanOrEqual(1);
  }
});
