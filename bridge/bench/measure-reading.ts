import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { Documents } from '../ingest/documents/documents.ts';
import { indexExport } from '../ingest/index-export.ts';
import { loadDefinitions } from '../ingest/load-definitions.ts';
import { scanLines } from '../ingest/scan-lines.ts';
import { Tally } from '../ingest/tally.ts';

/** Seconds that single steps of the import take over a file, without a server. */
const STEPS: Readonly<Record<string, (file: string) => Promise<number>>> = {
  parse: async (file) => timed(() => eachLine(file, (bytes) => JSON.parse(bytes.toString()))),
  scan: async (file) => {
    await loadDefinitions();
    return timed(() => indexExport({ files: [file], tally: new Tally(), documents: new Documents() }));
  },
  validate: async (file) => {
    await loadDefinitions();
    let seconds = 0;
    await eachLine(file, (bytes) => {
      const resource = JSON.parse(bytes.toString());
      const started = performance.now();
      validate(resource);
      seconds += (performance.now() - started) / 1000;
    });
    return seconds;
  },
};

/** Prints the seconds of one step as JSON: `measure-reading.ts parse FILE`. */
const [step = '', file = ''] = process.argv.slice(2);
const seconds = await STEPS[step]?.(file);
console.log(JSON.stringify({ seconds }));

async function eachLine(path: string, take: (bytes: Buffer) => void): Promise<void> {
  for await (const lines of scanLines(path, 1 << 28)) {
    for (const { bytes } of lines) if (bytes) take(bytes);
  }
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await run();
  return (performance.now() - started) / 1000;
}

function validate(resource: Resource): void {
  try {
    validateResource(resource);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
  }
}
