import { parseArgs } from 'node:util';
import { crashImports } from './crash-import.ts';

/** `npm run crash -- --points 50 --seed 1 [--resources 1500]`: see crash-import.ts. Exits with 1 when a store differs. */
const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    resources: { type: 'string', default: '1500' },
  },
});
const [points = 50, seed = 1, resources = 1500] = [values.points, values.seed, values.resources].map(Number);
const say = (line: string) => process.stdout.write(`${line}\n`);
const kills = await crashImports({ points, seed, resources, tell: say });
say(`${kills.reduce((sum, count) => sum + count, 0)} kills in ${kills.length} imports (seed ${seed})`);
