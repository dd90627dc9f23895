import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { startProcess } from './start-process.ts';

/** What `npm run import -- FILE --json` says at its end. */
const summarySchema = z.object({
  lines: z.number(),
  created: z.number(),
  updated: z.number(),
  unchanged: z.number(),
  duplicate: z.number(),
  quarantined: z.number(),
  skipped: z.number(),
  seconds: z.number(),
});

export interface ImportFigures extends z.infer<typeof summarySchema> {
  /** Resources that were brought into the store or found there, a second of the import's own time. */
  readonly resourcesPerSecond: number;
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
  /** What the bridge itself spends on one resource. */
  readonly cpuMicrosPerResource: number;
}

/** Imports a file as a process of its own, started as the npm script `import` starts it. */
export async function measureImport(
  file: string,
  baseUrl: string,
  connection: string,
  timeoutMs: number,
  client: NodeJS.ProcessEnv,
): Promise<ImportFigures> {
  const script = await readImportScript();
  const args = [...script.args, file, '--connection', connection, '--json'];
  const environment = { ...script.environment, ...client, MEDPLUM_BASE_URL: baseUrl };
  const { stdout, usage } = await startProcess(args, environment, timeoutMs).ended();
  const summary = summarySchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  const resources = summary.created + summary.updated + summary.unchanged;
  return {
    ...summary,
    ...usage,
    resourcesPerSecond: Math.round(resources / summary.seconds),
    cpuMicrosPerResource: Math.round((usage.cpuSeconds * 1e6) / resources),
  };
}

/**
 * The npm script's own variables, its flags for Node and its program, so that what is measured is what users run:
 * `env NAME=value node --flag bridge/cli.ts import`.
 */
async function readImportScript(): Promise<{ environment: Record<string, string>; args: string[] }> {
  const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  const words = String(scripts.import).split(' ');
  const node = words.indexOf('node');
  const before = words.slice(0, node).filter((word) => word !== 'env');
  const pairs = before.map((word) => /^(\w+)=(\S*)$/.exec(word)?.slice(1) ?? []);
  if (node === -1 || pairs.some((pair) => pair.length === 0)) throw new Error('cannot read the script `import`');
  return { environment: Object.fromEntries(pairs), args: words.slice(node + 1) };
}
