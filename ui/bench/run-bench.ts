import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { Browser } from 'playwright-core';
import { startBrowser } from '../test/start-browser.ts';
import { type Product, startProduct } from '../test/start-product.ts';
import { measureLists } from './measure-lists.ts';
import { measureRecord } from './measure-record.ts';

type Measure = (product: Product, browser: Browser, options: Options) => Promise<object>;

interface Options {
  /** How long the lists are. */
  readonly rows: number;
  /** How large the record is. */
  readonly resources: number;
}

/** What is measured, each with a whole product of its own. */
const MEASURES = {
  lists: (product, browser, { rows }) => measureLists(product, browser, rows),
  record: (product, browser, { resources }) => measureRecord(product, browser, resources),
} as const satisfies Record<string, Measure>;

const USAGE = `usage: npm run bench:ui -- [--only MEASURES] [--rows N] [--resources N] [--json]

  --only  of ${Object.keys(MEASURES).join(', ')}; default: all
  --rows  length of the lists (5000)
  --resources  size of the record (50000)
  --json  the last line of stdout is one JSON object

How the page keeps up in a real Chromium, over the running sandbox. CHROMIUM_PATH names another than the machine's.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) return 2;
  const browser = await startBrowser();
  try {
    const figures: Record<string, object> = {};
    for (const name of options.names) {
      console.error(`bench: ${name}`);
      figures[name] = await withProduct((product) => MEASURES[name](product, browser, options));
    }
    const [cpu] = cpus();
    const machine = {
      cpu: cpu?.model ?? 'unknown',
      cores: cpus().length,
      loadAverage: Number((loadavg()[0] ?? 0).toFixed(2)),
      chromium: browser.version(),
    };
    if (options.json) console.log(JSON.stringify({ machine, ...figures }));
    else print(machine, figures);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await browser.close();
  }
}

async function withProduct(work: (product: Product) => Promise<object>): Promise<object> {
  const product = await startProduct();
  try {
    return await work(product);
  } finally {
    await product.close();
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        rows: { type: 'string', default: '5000' },
        resources: { type: 'string', default: '50000' },
        json: { type: 'boolean', default: false },
      },
    });
    const asked = values.only?.split(',') ?? Object.keys(MEASURES);
    const names = (Object.keys(MEASURES) as (keyof typeof MEASURES)[]).filter((name) => asked.includes(name));
    const rows = Number(values.rows);
    const resources = Number(values.resources);
    if (!(resources >= 100)) throw new Error('--resources takes a number of 100 or more');
    if (!(rows >= 1)) throw new Error('--rows takes a number');
    if (names.length !== asked.length) throw new Error(`--only takes ${Object.keys(MEASURES).join(', ')}`);
    return { names, rows, resources, json: values.json };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`);
    return undefined;
  }
}

function print(machine: object, figures: Readonly<Record<string, object>>): void {
  console.log(machine);
  for (const [name, figure] of Object.entries(figures)) {
    console.log(name);
    console.table(figure);
  }
}
