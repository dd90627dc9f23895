import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ImportFigures, measureImport } from './measure-import.ts';
import { killProcesses, startProcess, type Usage } from './start-process.ts';

const USAGE = `usage: npm run bench -- [--only parse,scan,validate,load,resync,memory] [--resources N] [--memory-mb N] [--json]

  --resources  lines of the generated export (20000)
  --memory-mb  size of the file whose import's memory is measured (500)
  --json       the last line of stdout is one JSON object`;

const ROWS = ['parse', 'scan', 'validate', 'load', 'resync', 'memory'] as const;
type Row = (typeof ROWS)[number];

/** A generated resource has about as many bytes; the real size of the file is reported. */
const BYTES_A_RESOURCE = 1217;
const STEP_TIMEOUT_MS = 20 * 60_000;

interface ReadingFigures extends Usage {
  readonly seconds: number;
  readonly linesPerSecond: number;
  readonly megabytesPerSecond: number;
}

interface LoadFigures extends ImportFigures {
  /** How much slower than a plain pass of JSON.parse: 0.01 is a hundredth of its lines a second. */
  readonly ratioToParse?: number;
  /** What the server used meanwhile, where it served nothing else. */
  readonly server?: Usage;
  readonly fileMb: number;
}

type Figures = Partial<Record<Row, ReadingFigures | LoadFigures>>;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 2;
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  process.once('SIGINT', killProcesses).once('SIGTERM', killProcesses);
  try {
    const figures = await measure(folder, options);
    const report = { ...(await describeMachine()), resources: options.resources, ...figures };
    if (!options.json) printTable(report.machine, figures);
    else console.log(JSON.stringify(report));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    killProcesses();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Options {
  readonly rows: ReadonlySet<Row>;
  readonly resources: number;
  readonly memoryMb: number;
  readonly json: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: ROWS.join(',') },
        resources: { type: 'string', default: '20000' },
        'memory-mb': { type: 'string', default: '500' },
        json: { type: 'boolean', default: false },
      },
    });
    const asked = values.only.split(',');
    const rows = new Set(ROWS.filter((row) => asked.includes(row)));
    const [resources, memoryMb] = [Number(values.resources), Number(values['memory-mb'])];
    if (rows.size !== asked.length) throw new Error(`--only takes ${ROWS.join(', ')}`);
    if (!(resources >= 8) || !(memoryMb >= 1)) throw new Error('--resources and --memory-mb take a number');
    return { rows, resources, memoryMb, json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

async function measure(folder: string, { rows, resources, memoryMb }: Options): Promise<Figures> {
  const figures: Figures = {};
  if (ROWS.some((row) => row !== 'memory' && rows.has(row))) {
    const file = await generate(folder, resources);
    // The pass of JSON.parse is what the others are compared with.
    const parse = await measureReading('parse', file, resources);
    if (rows.has('parse')) figures.parse = parse;
    for (const row of ['scan', 'validate'] as const) {
      if (rows.has(row)) figures[row] = await measureReading(row, file, resources);
    }
    if (rows.has('load') || rows.has('resync')) await measureSandbox(folder, file, parse, rows, figures);
    await rm(file);
  }
  if (rows.has('memory')) figures.memory = await measureMemory(folder, memoryMb);
  return figures;
}

async function generate(folder: string, resources: number): Promise<string> {
  progress(`generating ${resources} resources`);
  const file = join(folder, `export-${resources}.jsonl`);
  const args = ['sandbox/generator/main.ts', '--seed', '1', '--resources', String(resources), '--out', file];
  await startProcess(args, {}, STEP_TIMEOUT_MS).ended();
  return file;
}

async function measureReading(step: Row, file: string, lines: number): Promise<ReadingFigures> {
  progress(step);
  const child = startProcess(['bridge/bench/measure-reading.ts', step, file], {}, STEP_TIMEOUT_MS);
  const { stdout, usage } = await child.ended();
  const seconds = Number(JSON.parse(stdout).seconds.toFixed(3));
  const linesPerSecond = Math.round(lines / seconds);
  return { seconds, linesPerSecond, megabytesPerSecond: Math.round((await megabytes(file)) / seconds), ...usage };
}

/** A first import and the same again, into a sandbox Medplum of its own. */
async function measureSandbox(
  folder: string,
  file: string,
  parse: ReadingFigures,
  rows: ReadonlySet<Row>,
  figures: Figures,
): Promise<void> {
  const fileMb = await megabytes(file);
  const environment = { SANDBOX_MEDPLUM_PORT: '0', DATA_DIR: join(folder, 'sandbox') };
  const server = startProcess(['sandbox/medplum/main.ts'], environment, STEP_TIMEOUT_MS);
  const [, baseUrl = ''] = await server.firstMatch(/listens on (\S+)/);
  const found: [Row, ImportFigures][] = [];
  for (const row of ['load', 'resync'] as const) {
    progress(row);
    found.push([row, await measureImport(file, baseUrl, STEP_TIMEOUT_MS)]);
    if (!rows.has('resync')) break;
  }
  await server.stop();
  for (const [row, measured] of found) {
    const ratioToParse = Number((measured.lines / measured.seconds / parse.linesPerSecond).toFixed(4));
    if (rows.has(row)) figures[row] = { ...measured, fileMb, ratioToParse };
  }
}

/** One large file into a server that answers at once. */
async function measureMemory(folder: string, memoryMb: number): Promise<LoadFigures> {
  const file = await generate(folder, Math.ceil((memoryMb * 1e6) / BYTES_A_RESOURCE));
  const server = startProcess(['bridge/bench/sink-server.ts'], {}, STEP_TIMEOUT_MS);
  const [, baseUrl = ''] = await server.firstMatch(/listens on (\S+)/);
  progress('memory');
  const measured = await measureImport(file, baseUrl, STEP_TIMEOUT_MS);
  const { usage } = await server.stop();
  return { ...measured, fileMb: await megabytes(file), server: usage };
}

async function megabytes(file: string): Promise<number> {
  return Number(((await stat(file)).size / 1e6).toFixed(1));
}

async function describeMachine() {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const [cpu] = cpus();
  return {
    versions: { bridge: manifest.version, node: process.version, medplum: manifest.dependencies['@medplum/core'] },
    machine: {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      memoryMb: Math.round(totalmem() / 2 ** 20),
      loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
    },
  };
}

function printTable(machine: object, figures: Figures): void {
  console.log(machine);
  const rows = Object.entries(figures).map(([row, one]) => [
    row,
    {
      'resources/s': 'resourcesPerSecond' in one ? one.resourcesPerSecond : one.linesPerSecond,
      seconds: one.seconds,
      'peak RSS, MB': one.peakRssMb,
      'CPU, s': Number(one.cpuSeconds.toFixed(1)),
      'CPU a resource, µs': 'cpuMicrosPerResource' in one ? one.cpuMicrosPerResource : '',
      'of the parse pass': 'ratioToParse' in one ? one.ratioToParse : '',
    },
  ]);
  console.table(Object.fromEntries(rows));
}

/** On stderr: stdout is for the figures. */
function progress(text: string): void {
  console.error(`bench: ${text}`);
}
