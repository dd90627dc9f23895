import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { PERSONA_IDS } from './catalogue.ts';
import { PERSONA_CHOICE, personaPieces } from './persona-pieces.ts';

/** Writes the record of a persona to a file or to stdout. */
const USAGE = `Usage: node sandbox/personas/main.ts --persona ID [--connection N] [--scale SHARE] [--out FILE]
Personas: ${PERSONA_IDS.join(', ')}`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      persona: { type: 'string' },
      connection: { type: 'string', default: '0' },
      scale: { type: 'string', default: '1' },
      out: { type: 'string' },
    },
  });
  const { persona, connection, scale, out } = values;
  const choice = PERSONA_CHOICE.parse({ id: persona, connection: Number(connection), scale: Number(scale) });
  const pieces = Readable.from(personaPieces(choice));
  await (out === undefined ? pipeline(pieces, process.stdout) : pipeline(pieces, createWriteStream(out)));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : error}\n${USAGE}\n`);
  process.exitCode = 2;
}
