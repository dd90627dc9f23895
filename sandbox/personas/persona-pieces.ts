import { z } from 'zod';
import { GENERATOR_OPTIONS, generateExport } from '../generator/generate-export.ts';
import { uuid } from '../generator/make-ids.ts';
import { makeRandom } from '../generator/make-random.ts';
import type { Demographics } from '../generator/make-record.ts';
import { PERSONA_IDS, type PersonaConnection, personaOf } from './catalogue.ts';
import { DEFECTS } from './dirty-lines.ts';
import { storyLines } from './story-lines.ts';

/** Which record of whom. */
export const PERSONA_CHOICE = z.strictObject({
  id: z.enum(PERSONA_IDS),
  /** Which of the persona's sign-ins, from 0. */
  connection: z.int().min(0).default(0),
  /** Of the number of lines of a high volume, and of the size of an image; everything else is as it is. */
  scale: z.number().positive().max(1).default(1),
  /** Somebody else whom the same happened to; it changes nothing where the record is not of the persona's chart. */
  patient: GENERATOR_OPTIONS.shape.patient,
});

export type PersonaChoice = z.input<typeof PERSONA_CHOICE>;

/** No generic record is smaller. */
const LEAST_LINES = 8;
/** Three bytes are four characters: a multiple of three needs no padding in between. */
const IMAGE_PIECE_BYTES = 768 * 1024;

/**
 * The export of a persona, as the bytes of a file: the same every time, in pieces of at most about a megabyte, so that no
 * size has to be held.
 *
 * @returns Pieces of text in order; a piece may end anywhere in a line.
 * @throws ZodError when the choice is none; Error when the persona has no such connection.
 */
export function* personaPieces(choice: PersonaChoice): Generator<string, void> {
  const { id, connection, scale, patient } = PERSONA_CHOICE.parse(choice);
  const { chart, connections } = personaOf(id);
  const chosen = connections[connection];
  if (chosen === undefined) throw new Error(`persona ${id} has ${connections.length} connections`);
  if (chosen.record === 'dirty') return yield* dirtyPieces(patient ?? chart);
  const lines = recordLines(chosen, scale, chart, patient);
  if (chosen.imageBytes !== undefined) yield* imagePieces(Math.ceil(chosen.imageBytes * scale), patientIn(lines));
  for (const line of lines) yield `${line}\n`;
}

function recordLines(
  { record, kind, site }: PersonaConnection,
  scale: number,
  chart: Demographics,
  patient: Demographics | undefined,
): Iterable<string> {
  if (record === 'dirty') return [];
  if ('story' in record) {
    const isChart = record.story.person === chart;
    return storyLines(record.story, kind, site, isChart ? (patient ?? chart) : record.story.person);
  }
  const resources = Math.max(LEAST_LINES, Math.round(record.lines * scale));
  return generateExport({ seed: record.seed, resources, patient: patient ?? chart });
}

/** With a byte order mark, lines that end in CRLF, blank lines, and no end of the last one. */
function* dirtyPieces(person: Demographics): Generator<string, void> {
  yield '\uFEFF';
  for (const [index, { line }] of DEFECTS.entries()) {
    yield typeof line === 'string' ? line : JSON.stringify(line);
    yield index % 5 === 0 ? '\r\n' : index % 7 === 0 ? '\n\n' : '\n';
  }
  const { given, family, birthDate, gender } = person;
  yield JSON.stringify({ resourceType: 'Patient', id: 'dirty', name: [{ family, given: [given] }], birthDate, gender });
}

/** `Patient/<id>` of a story's lines, which are few. */
function patientIn(lines: Iterable<string>): string {
  const line = [...lines].find((text) => text.startsWith('{"resourceType":"Patient"')) ?? '{}';
  return `Patient/${JSON.parse(line).id}`;
}

/** A DICOM file of any size as a Binary, and what names it; its type stands behind the data, as Fasten writes it. */
function* imagePieces(bytes: number, subject: string): Generator<string, void> {
  const id = uuid(makeRandom('image', bytes));
  const attachment = { contentType: 'application/dicom', url: `Binary/${id}`, title: 'CT of chest and abdomen' };
  yield `${JSON.stringify({
    resourceType: 'DocumentReference',
    id: `image-${id}`,
    status: 'current',
    type: { coding: [{ system: 'http://loinc.org', code: '18748-4', display: 'Diagnostic imaging study' }] },
    subject: { reference: subject },
    content: [{ attachment }],
  })}\n`;
  yield `{"id":"${id}","contentType":"application/dicom","data":"`;
  for (let from = 0; from < bytes; from += IMAGE_PIECE_BYTES) {
    yield imagePiece(from, Math.min(IMAGE_PIECE_BYTES, bytes - from)).toString('base64');
  }
  yield '","resourceType":"Binary"}\n';
}

/** The preamble of DICOM (PS3.10, 7.1) at the start; behind it pixels that no two pieces have alike. */
function imagePiece(from: number, bytes: number): Buffer {
  const piece = Buffer.alloc(bytes, 0x80);
  for (let at = 0; at + 4 <= bytes; at += 4096) piece.writeUInt32BE(from + at, at);
  if (from === 0 && bytes >= 132) piece.fill(0, 0, 128).write('DICM', 128, 'latin1');
  return piece;
}
