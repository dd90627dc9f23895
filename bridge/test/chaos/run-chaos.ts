import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { kindsOf } from './draw-journey.ts';
import { type Lab, openLab } from './open-lab.ts';
import { planRun } from './plan-run.ts';
import type { Outcome } from './read-outcome.ts';
import { runPlan } from './run-plan.ts';

/**
 * `npm run chaos -- --seeds 100 --from 1`, or `--seed 17` for that one alone with its plan told; see
 * docs/decisions/0051-chaos-suite.md. What the processes of a run with violations said lies in DATA_DIR/chaos (.data/chaos).
 * Exits with 1 when there was one.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
  },
});
const first = Number(values.seed ?? values.from);
const count = values.seed ? 1 : Number(values.seeds);
const folder = join(process.env.DATA_DIR ?? '.data', 'chaos');
const say = (line: string) => process.stdout.write(`${line}\n`);

/** A seed that left something behind must not be told of by the next one. */
let lab: Lab | undefined;
const calm = new Map<string, Outcome>();
const sums = { red: 0, deaths: 0, faults: 0, requests: 0, runs: 0 };
const kinds = new Map<string, number>();
const startedAt = performance.now();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void (lab?.close() ?? Promise.resolve()).finally(() => process.exit(130)));
}
for (let seed = first; seed < first + count; seed++) {
  const plan = planRun(seed);
  if (values.seed) say(JSON.stringify(plan, undefined, 2));
  lab ??= await openLab([], calm);
  const begunAt = performance.now();
  const { violations, said, deaths, faults, requests, runs } = await runPlan(lab, plan);
  const seconds = ((performance.now() - begunAt) / 1000).toFixed(1);
  const lived = plan.journeys.map((journey) => kindsOf(journey).join('+'));
  const about = `${lived.join(', ')}; ${seconds} s, ${deaths} of ${plan.deaths.length} deaths, ${faults} faults in ${requests} requests`;
  say(`seed ${seed}: ${violations.length === 0 ? 'ok' : 'VIOLATED'}, ${about}`);
  for (const violation of violations) say(`  ${violation}`);
  sums.deaths += deaths;
  sums.faults += faults;
  sums.requests += requests;
  sums.runs += runs;
  for (const kind of plan.journeys.flatMap(kindsOf)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  if (violations.length === 0 && !values.seed) continue;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `seed-${seed}.log`), said);
  if (violations.length === 0) continue;
  sums.red++;
  say(`  again: npm run chaos -- --seed ${seed}; what was said: ${join(folder, `seed-${seed}.log`)}`);
  await lab.close();
  lab = undefined;
}
const left = (await lab?.close()) ?? [];
for (const fault of left) say(`  ${fault}`);
const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
say(
  `${count} seeds from ${first}, ${sums.red} violated; ${sums.deaths} deaths and ${sums.faults} faults in ${sums.requests} requests, ${minutes} min`,
);
const told = [...kinds].sort().map(([kind, times]) => `${times} ${kind}`);
say(`journeys: ${told.join(', ')}; a bot was run with ${sums.runs} versions`);
process.exit(sums.red + left.length > 0 ? 1 : 0);
