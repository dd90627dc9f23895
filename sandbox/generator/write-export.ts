import { type DIRT, GENERATOR_OPTIONS, type GeneratorOptions, generateExport } from './generate-export.ts';

type Dirt = (typeof DIRT)[number];

/** Each defect strikes every so-manyeth line. */
const DIRT_EVERY = 50;

/**
 * Generates an export as the bytes of a file, with the defects asked for:
 * `bad-json` cuts lines in two; `empty-strings` puts `"reference": ""` and `"display": ""` in; `crlf` ends a third of the
 * lines in CRLF; `bom` and `blank-lines` say what they do; `cut-last-line` stops in the middle of the last line;
 * `no-final-newline` leaves its end off.
 *
 * @param options - As for generateExport, and `dirt`.
 * @returns Pieces of text in order; every piece but the last ends a line.
 * @throws ZodError when an option is out of range.
 */
export function* exportLines(options: GeneratorOptions = {}): Generator<string, void> {
  const dirt: ReadonlySet<Dirt> = new Set(GENERATOR_OPTIONS.parse(options).dirt);
  let index = 0;
  let previous = dirt.has('bom') ? '\uFEFF' : '';
  for (const line of generateExport(options)) {
    if (index > 0) {
      yield previous + lineEnd(index, dirt);
      previous = '';
    }
    previous += soil(line, index, dirt);
    index++;
  }
  if (dirt.has('cut-last-line')) {
    yield previous.slice(0, Math.ceil(previous.length / 2));
  } else {
    yield dirt.has('no-final-newline') ? previous : `${previous}\n`;
  }
}

function lineEnd(index: number, dirt: ReadonlySet<Dirt>): string {
  const end = dirt.has('crlf') && index % 3 === 0 ? '\r\n' : '\n';
  return dirt.has('blank-lines') && index % DIRT_EVERY === 0 ? end + end : end;
}

function soil(line: string, index: number, dirt: ReadonlySet<Dirt>): string {
  if (dirt.has('bad-json') && index % DIRT_EVERY === 7) {
    return line.slice(0, Math.ceil(line.length / 2));
  }
  if (dirt.has('empty-strings') && index % DIRT_EVERY === 11) {
    return line.replace(/"(reference|display)":"[^"]*"/g, '"$1":""');
  }
  return line;
}
