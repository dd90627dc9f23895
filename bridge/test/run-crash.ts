import { parseArgs } from 'node:util';
import { crashImport } from './crash-import.ts';

/**
 * `npm run crash -- --kills 50 --seed 1 [--resources 6000] [--without-transactions]`: see crash-import.ts. With
 * MEDPLUM_BASE_URL and client credentials it is that server, else a sandbox of its own. Exits with 1 when a store differs.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    resources: { type: 'string', default: '6000' },
    'without-transactions': { type: 'boolean', default: false },
  },
});
const [wanted = 50, seed = 1, resources = 6000] = [values.kills, values.seed, values.resources].map(Number);
const {
  MEDPLUM_BASE_URL: baseUrl,
  MEDPLUM_CLIENT_ID: clientId = '',
  MEDPLUM_CLIENT_SECRET: clientSecret = '',
} = process.env;
const say = (line: string) => process.stdout.write(`${line}\n`);
const started = performance.now();
const kills = await crashImport({
  kills: wanted,
  seed,
  resources,
  server: baseUrl ? { baseUrl, clientId, clientSecret } : undefined,
  hasTransactions: !values['without-transactions'],
  tell: say,
});

/** Median and largest. */
function spread(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  return `median ${sorted[sorted.length >> 1]?.toFixed(1)}, at most ${sorted.at(-1)?.toFixed(1)}`;
}
say(
  `${kills.length} kills of one import of ${resources} lines (seed ${seed}), ${Math.round((performance.now() - started) / 1000)} s`,
);
say(`requests in flight at the kill: ${spread(kills.map(({ inFlight }) => inFlight))}, never none`);
say(`ms from the kill to the next process: ${spread(kills.map(({ spawnMs }) => spawnMs))}`);
say(`ms from the kill to its first request: ${spread(kills.map(({ requestMs }) => requestMs))}`);
