import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { DIRT, GENERATOR_OPTIONS } from './generate-export.ts';
import { exportLines } from './write-export.ts';

/** Writes a generated export to a file or to stdout. */
const USAGE = `Usage: node sandbox/generator/main.ts [--seed N] [--resources N] [--document-bytes N] [--ids epic|uuid] [--until YYYY-MM-DD] [--dirt ${DIRT.join(',')}] [--out FILE]`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      resources: { type: 'string' },
      'document-bytes': { type: 'string' },
      ids: { type: 'string' },
      until: { type: 'string' },
      dirt: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const options = GENERATOR_OPTIONS.parse({
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.resources === undefined ? {} : { resources: Number(values.resources) }),
    ...(values['document-bytes'] === undefined ? {} : { documentBytes: Number(values['document-bytes']) }),
    ...(values.ids === undefined ? {} : { idStyle: values.ids }),
    ...(values.until === undefined ? {} : { until: values.until }),
    ...(values.dirt === undefined ? {} : { dirt: values.dirt.split(',') }),
  });
  const lines = Readable.from(exportLines(options));
  await (values.out === undefined ? pipeline(lines, process.stdout) : pipeline(lines, createWriteStream(values.out)));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : error}\n${USAGE}\n`);
  process.exitCode = 2;
}
