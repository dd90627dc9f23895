import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Journey } from './draw-journey.ts';
import { MUTATIONS } from './mutations.ts';
import { type Lab, openLab } from './open-lab.ts';
import { planCalmRun, planRun, type RunPlan } from './plan-run.ts';
import { runPlan } from './run-plan.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(async () => {
  expect(await lab.close()).toEqual([]);
});

const JOURNEY: Journey = { persona: 'uuid', chart: 'own', visits: 1, told: 'page' };

/** For each guard of the product a run in which it is what stands between us and the fault, and what is said without it. */
const GUARDED: Readonly<Record<keyof typeof MUTATIONS, { readonly plan: RunPlan; readonly says: RegExp }>> = {
  signature: {
    plan: planCalmRun([{ ...JOURNEY, persona: 'tiny' }], { fasten: { wrongSecret: {} } }),
    says: /a forged event was acknowledged/,
  },
  // A bundle of a dead worker arrives when its import has long been finished by another.
  fence: {
    plan: planCalmRun([JOURNEY], {
      deaths: [{ victim: 'worker', at: { hop: 'store', of: 'bundle', nth: 4 }, request: 'last', downMs: 0 }],
    }),
    says: /resources are doubled/,
  },
  // The reply to a bundle that was carried out is lost with the worker; late enough that others were carried out before it, even
  // when a busy machine has another worker take the job over in between.
  matching: {
    plan: planCalmRun([JOURNEY], {
      deaths: [{ victim: 'worker', at: { hop: 'store', of: 'bundle', nth: 9 }, request: 'arrives', downMs: 0 }],
    }),
    says: /resources are doubled/,
  },
  // The second connection's export arrives while the first one's import stands still in the middle of its writing.
  lock: {
    plan: planCalmRun([{ ...JOURNEY, visits: 2 }], {
      pauses: [{ at: { hop: 'store', of: 'bundle', nth: 2 }, ms: 4_000 }],
    }),
    says: /two imports of one namespace wrote at the same time/,
  },
  chart: {
    plan: planCalmRun([{ ...JOURNEY, persona: 'tiny', chart: 'other' }]),
    says: /an import should be on-hold/,
  },
  // A bundle of a dead worker arrives when its connection has long been erased.
  erasure: {
    plan: planCalmRun([{ ...JOURNEY, ended: { erased: true, at: { of: 'bundle', nth: 4 } } }], {
      deaths: [{ victim: 'worker', at: { hop: 'store', of: 'bundle', nth: 4 }, request: 'last', downMs: 0 }],
    }),
    says: /an erased connection has \d+ resources left/,
  },
  // The reply to a run that came to its end is lost with the worker.
  feed: {
    plan: planCalmRun([JOURNEY], {
      deaths: [{ victim: 'worker', at: { hop: 'store', of: 'run', nth: 3 }, request: 'arrives', downMs: 0 }],
    }),
    says: /fed to the bot more than once/,
  },
};

/** Seeds in which each part dies and each kind of journey is lived, on different ways; the rest of them is `npm run chaos`. */
const SEEDS = [2, 52];
const TIMEOUT_MS = 180_000;

test.for(SEEDS)(
  'seed %i: whatever goes wrong, everything is as if nothing had',
  { timeout: TIMEOUT_MS },
  async (seed) => {
    const { violations } = await runPlan(lab, planRun(seed));
    expect(violations, `npm run chaos -- --seed ${seed}`).toEqual([]);
  },
);

const guards = Object.keys(GUARDED) as (keyof typeof GUARDED)[];

test.for(guards)('the suite is green with the %s, and red without it', { timeout: TIMEOUT_MS }, async (guard) => {
  const { plan, says } = GUARDED[guard];
  expect(await runPlan(lab, plan)).toMatchObject({ violations: [], deaths: plan.deaths.length });
  const mutated = await openLab([MUTATIONS[guard]], lab.calm);
  try {
    expect((await runPlan(mutated, plan)).violations.join('\n')).toMatch(says);
  } finally {
    await mutated.close();
  }
});
