import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { Documents } from '../ingest/documents/documents.ts';
import { indexExport } from '../ingest/order/index-export.ts';
import { scanLines } from '../ingest/scan/scan-lines.ts';
import { loadDefinitions } from '../ingest/shape/load-definitions.ts';
import { Tally } from '../ingest/tally.ts';

/** Seconds on the clock, and of the processor. */
interface Times {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What single steps of the import take over a file, without a server and without loading the definitions. */
const STEPS: Readonly<Record<string, (file: string) => Promise<Times>>> = {
  parse: async (file) => timed(() => eachLine(file, (bytes) => JSON.parse(bytes.toString()))),
  scan: async (file) => {
    await loadDefinitions();
    return timed(() => indexExport({ files: [file], tally: new Tally(), documents: new Documents() }));
  },
  validate: async (file) => {
    await loadDefinitions();
    const all: Times[] = [];
    await eachLine(file, (bytes) => {
      const resource = JSON.parse(bytes.toString());
      const watch = startWatch();
      validate(resource);
      all.push(watch());
    });
    return {
      seconds: sum(all.map(({ seconds }) => seconds)),
      cpuSeconds: sum(all.map(({ cpuSeconds }) => cpuSeconds)),
    };
  },
};

/** Prints the times of one step as JSON: `measure-reading.ts parse FILE`. */
const [step = '', file = ''] = process.argv.slice(2);
console.log(JSON.stringify(await STEPS[step]?.(file)));

async function eachLine(path: string, take: (bytes: Buffer) => void): Promise<void> {
  for await (const lines of scanLines(path, 1 << 28)) {
    for (const { bytes } of lines) if (bytes) take(bytes);
  }
}

async function timed(run: () => Promise<unknown>): Promise<Times> {
  const watch = startWatch();
  await run();
  return watch();
}

function startWatch(): () => Times {
  const started = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 };
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function validate(resource: Resource): void {
  try {
    validateResource(resource);
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
  }
}
