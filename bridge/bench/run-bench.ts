import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from './describe-machine.ts';
import { BYTES_A_RESOURCE, type ExportFile, makeDocumentExport, makeExport, STEP_TIMEOUT_MS } from './make-export.ts';
import { type BotFigures, measureBots } from './measure-bots.ts';
import {
  type LimitFigures,
  type LoadFigures,
  measureDocuments,
  measureLimit,
  measureLoads,
  measureSink,
} from './measure-loads.ts';
import { measureSoak, type SoakFigures } from './measure-soak.ts';
import { measureWebhooks, type WebhookFigures } from './measure-webhooks.ts';
import { killProcesses, startProcess, type Usage } from './start-process.ts';

const ROWS = [
  'parse',
  'scan',
  'mixed',
  'validate',
  'load',
  'resync',
  'limit',
  'sink',
  'memory',
  'growth',
  'million',
  'documents',
  'webhooks',
  'bots',
  'soak',
] as const;
type Row = (typeof ROWS)[number];

/** What a plain `npm run bench` measures in some minutes; the others take long, or 10 GB of disk. */
const DEFAULT_ROWS = 'parse,scan,mixed,validate,load,resync,limit,sink,memory';
const USAGE = `usage: npm run bench -- [--only ROWS|all] [--resources N] [--memory-mb N] [--documents-mb N] [--imports N] [--json]

  --only          of ${ROWS.join(', ')}; default: all but the last six
  --resources     lines of the generated export (20000)
  --memory-mb     size of the file of the row memory (500)
  --documents-mb  size of the file of the row documents (3000)
  --imports       of the row soak (1000)
  --json          the last line of stdout is one JSON object

The rows load, resync and limit use the server of MEDPLUM_BASE_URL when it is given, else a sandbox of their own.`;

const GROWTH = [5_000, 50_000, 500_000];

interface ReadingFigures extends Usage {
  readonly seconds: number;
  readonly lines: number;
  readonly linesPerSecond: number;
  readonly megabytesPerSecond: number;
}

type Figures = Partial<
  Record<
    Row,
    ReadingFigures | LoadFigures | LimitFigures | WebhookFigures | BotFigures | SoakFigures | readonly LoadFigures[]
  >
>;

/** What the rows are compared in, each within one run: machines differ, and so do hours. */
type Ratios = Record<string, number>;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 2;
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'));
  process.once('SIGINT', killProcesses).once('SIGTERM', killProcesses);
  try {
    const figures = await measure(folder, options);
    const ratios = compare(figures);
    const report = { ...(await describeMachine()), resources: options.resources, ...figures, ratios };
    if (!options.json) printTable(report.machine, figures, ratios);
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
  readonly documentsMb: number;
  readonly imports: number;
  readonly json: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', default: DEFAULT_ROWS },
        resources: { type: 'string', default: '20000' },
        'memory-mb': { type: 'string', default: '500' },
        'documents-mb': { type: 'string', default: '3000' },
        imports: { type: 'string', default: '1000' },
        json: { type: 'boolean', default: false },
      },
    });
    const asked = values.only === 'all' ? [...ROWS] : values.only.split(',');
    const rows = new Set(ROWS.filter((row) => asked.includes(row)));
    if (rows.size !== asked.length) throw new Error(`--only takes ${ROWS.join(', ')}`);
    const [resources, memoryMb] = [Number(values.resources), Number(values['memory-mb'])];
    const [documentsMb, imports] = [Number(values['documents-mb']), Number(values.imports)];
    if (!(resources >= 8) || !(memoryMb >= 1) || !(documentsMb >= 1)) throw new Error('sizes are numbers');
    if (!(imports >= 100)) throw new Error('fewer than 100 imports tell nothing');
    return { rows, resources, memoryMb, documentsMb, imports, json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

async function measure(folder: string, options: Options): Promise<Figures> {
  const { rows, resources, memoryMb, documentsMb, imports } = options;
  const figures: Figures = {};
  const using = async (make: Promise<ExportFile>, work: (file: ExportFile) => Promise<void>): Promise<void> => {
    const file = await make;
    await work(file);
    await rm(file.path);
  };
  await using(makeExport(folder, resources), (file) => measureSmall(folder, file, rows, figures));
  if (rows.has('mixed')) {
    await using(makeExport(folder, resources, 100_000), async (file) => {
      figures.mixed = await measureReading('scan', file);
    });
  }
  if (rows.has('memory')) {
    await using(makeExport(folder, Math.ceil((memoryMb * 1e6) / BYTES_A_RESOURCE)), async (file) => {
      figures.memory = await measureSink(file);
    });
  }
  if (rows.has('growth')) figures.growth = await measureGrowth(folder);
  if (rows.has('million')) {
    await using(makeExport(folder, 1_000_000), async (file) => {
      figures.million = await measureSink(file);
    });
  }
  if (rows.has('documents')) {
    await using(makeDocumentExport(folder, 5_000, documentsMb), async (file) => {
      figures.documents = await measureDocuments(folder, file);
    });
  }
  if (rows.has('bots')) {
    await using(makeExport(folder, resources), async (file) => {
      figures.bots = await measureBots(folder, file);
    });
  }
  if (rows.has('webhooks')) figures.webhooks = await measureWebhooks(folder);
  if (rows.has('soak')) figures.soak = await measureSoak(imports);
  return figures;
}

async function measureSmall(folder: string, file: ExportFile, rows: ReadonlySet<Row>, figures: Figures): Promise<void> {
  for (const row of ['parse', 'scan', 'validate'] as const) {
    if (rows.has(row)) figures[row] = await measureReading(row, file);
  }
  if (rows.has('sink')) figures.sink = await measureSink(file);
  if (rows.has('limit')) figures.limit = await measureLimit(folder, file);
  if (rows.has('load') || rows.has('resync')) Object.assign(figures, await measureLoads(folder, file));
}

async function measureGrowth(folder: string): Promise<LoadFigures[]> {
  const found: LoadFigures[] = [];
  for (const lines of GROWTH) {
    const file = await makeExport(folder, lines);
    found.push(await measureSink(file));
    await rm(file.path);
  }
  return found;
}

async function measureReading(step: 'parse' | 'scan' | 'validate', file: ExportFile): Promise<ReadingFigures> {
  console.error(`bench: ${step}`);
  const child = startProcess(['bridge/bench/measure-reading.ts', step, file.path], {}, STEP_TIMEOUT_MS);
  const { stdout, usage } = await child.ended();
  const { seconds, cpuSeconds } = JSON.parse(stdout);
  return {
    ...usage,
    seconds: Number(seconds.toFixed(3)),
    cpuSeconds,
    lines: file.lines,
    linesPerSecond: Math.round(file.lines / seconds),
    megabytesPerSecond: Math.round(file.megabytes / seconds),
  };
}

/** The ratios that the targets are set in; those whose rows were measured. */
function compare(figures: Figures): Ratios {
  const one = (row: Row) => figures[row] as Partial<LoadFigures & ReadingFigures> | undefined;
  const perSecond = (row: Row): number | undefined => one(row)?.resourcesPerSecond;
  const validate = one('validate');
  const validateMicros = divide((validate?.cpuSeconds ?? 0) * 1e6, validate?.lines);
  // The larger, since what an import costs but once says nothing of a resource.
  const sink = one('memory') ?? one('sink');
  const webhooks = figures.webhooks as WebhookFigures | undefined;
  const bots = figures.bots as BotFigures | undefined;
  const all: Record<string, number | undefined> = {
    'load to limit': divide(perSecond('load'), perSecond('limit')),
    'resync to load': divide(perSecond('resync'), perSecond('load')),
    'sink to validate, CPU a resource': divide(sink?.cpuMicrosPerResource, validateMicros),
    'scan to parse': divide(one('scan')?.linesPerSecond, one('parse')?.linesPerSecond),
    'webhook beside an import to idle, median': divide(webhooks?.medianMs, webhooks?.idleMedianMs),
    'import with bots to one without, seconds': bots && 1 + bots.slowedBy,
    'growth, CPU a resource': growthOf((figures.growth ?? []) as readonly LoadFigures[]),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, ratio]) => (ratio === undefined ? [] : [[name, Number(ratio.toFixed(3))]])),
  );
}

/** What a further resource costs from the second size to the third, to what it costs from the first to the second. */
function growthOf([small, middle, large]: readonly LoadFigures[]): number | undefined {
  if (!small || !middle || !large) return undefined;
  const further = (from: LoadFigures, to: LoadFigures): number =>
    (to.cpuSeconds - from.cpuSeconds) / (to.created - from.created);
  return further(middle, large) / further(small, middle);
}

function divide(dividend: number | undefined, divisor: number | undefined): number | undefined {
  return dividend === undefined || !divisor ? undefined : dividend / divisor;
}

function printTable(machine: object, figures: Figures, ratios: Ratios): void {
  console.log(machine);
  const rows = Object.entries(figures).flatMap(([row, figure]) => {
    const all = Array.isArray(figure) ? figure : [figure];
    return all.map((one, position) => [all.length > 1 ? `${row} ${GROWTH[position]}` : row, columnsOf(one)]);
  });
  console.table(Object.fromEntries(rows));
  if (figures.bots) console.table((figures.bots as BotFigures).bots);
  if (figures.soak) printSoak(figures.soak as SoakFigures);
  console.table(ratios);
}

function printSoak({ api, worker }: SoakFigures): void {
  const column = ({ seriesMb, ...figures }: SoakFigures['api']) => figures;
  console.table({ api: column(api), worker: column(worker) });
  console.log('RSS, MB, every ten imports');
  console.log(
    `  api     ${api.seriesMb.map(Math.round).join(' ')}\n  worker  ${worker.seriesMb.map(Math.round).join(' ')}`,
  );
}

function columnsOf(one: Partial<LoadFigures & ReadingFigures>) {
  return {
    'resources/s': one.resourcesPerSecond ?? one.linesPerSecond,
    'MB/s': one.megabytesPerSecond ?? (one.fileMb && one.seconds && Math.round(one.fileMb / one.seconds)),
    seconds: one.seconds,
    'peak RSS, MB': one.peakRssMb,
    'CPU, s': one.cpuSeconds && Number(one.cpuSeconds.toFixed(1)),
    'CPU a resource, µs': one.cpuMicrosPerResource,
  };
}
