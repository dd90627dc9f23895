import { makeRandom } from '../../../sandbox/generator/make-random.ts';
import type { Cut } from '../cutting-proxy.ts';
import type { Death, Fate, FaultRates, Hop, Moment, RunPlan } from './plan-run.ts';
import type { ChaosStack } from './start-chaos-stack.ts';
import { isBundleOfRecords, noteWriters, type Writers } from './watch-writers.ts';

/** What goes wrong on the ways between the parts of a stack, as long as it does. */
export interface Injected {
  /** Deaths that came, and requests to which something happened. */
  readonly deaths: readonly Death[];
  readonly faults: number;
  readonly requests: number;
  /** How many requests the workers have sent to the store: all, or bundles of records only. */
  passed(of: 'request' | 'bundle'): number;
  /** Which runs have written into which namespace, in the order of their requests. */
  readonly writers: Writers;
  /** From now on everything goes through; what is held until the end is held. */
  stop(): void;
  /** Resolves when what is under way for some time has arrived. */
  arrived(): Promise<void>;
  /** Lets go what was held until everything else has come to rest. Resolves when nothing is under way any more. */
  release(): Promise<void>;
}

/** The death of the process that sent the request comes after the server has it: so long is a request on the way at most. */
const AFTER_REQUEST_MS = 15;
const BOT_RUN = /\/Bot\/[^/]+\/\$execute/;

/**
 * Lets a plan happen: each request on a hop has a number, and what becomes of it is drawn from the seed, the hop and that
 * number. Which request gets which number is up to the machine where several are under way at once.
 */
export function injectFaults(stack: ChaosStack, plan: RunPlan): Injected {
  const counted = new Map<string, number>();
  const count = (key: string): number => {
    const next = (counted.get(key) ?? 0) + 1;
    counted.set(key, next);
    return next;
  };
  const deaths: Death[] = [];
  const writers: Writers = new Map();
  const end = Promise.withResolvers<void>();
  let [isOver, faults, arrivedAt] = [false, 0, 0];
  // Not for longer than the product waits: a run that outlives its caller is repeated (docs/decisions/0032), and nothing but the
  // second look at an erasure takes away what a request without a fence brings back (0016).
  const isErasing = plan.journeys.some(({ ended }) => ended?.erased);

  const happen = (hop: Hop, sender: number, path: string, body: string): Cut | undefined => {
    const isRun = hop === 'store' && BOT_RUN.test(path);
    const numbers = {
      request: count(`${hop} request`),
      bundle: hop === 'store' && isBundleOfRecords(body) ? count(`${hop} bundle`) : 0,
      run: isRun ? count(`${hop} run`) : 0,
    };
    if (hop === 'store') noteWriters(writers, body);
    if (isOver) return undefined;
    const isNow = ({ at }: { readonly at: Moment }): boolean => at.hop === hop && at.nth === numbers[at.of];
    const death = plan.deaths.find(isNow);
    if (death) {
      deaths.push(death);
      const victim = victimOf(stack, death, hop, sender);
      // A server that dies with a request has it first; it may have done it or not.
      const isServer = victim === stack.store && death.request === 'arrives';
      setTimeout(() => victim.kill(death.downMs), isServer ? AFTER_REQUEST_MS : 0);
      const isShort = isRun || (isErasing && numbers.bundle === 0);
      const fate = isShort && death.request === 'last' ? 'arrives' : death.request;
      if (typeof fate === 'number') arrivedAt = Math.max(arrivedAt, performance.now() + fate);
      return cutOf(fate, end.promise);
    }
    const pause = plan.pauses.find(isNow);
    if (pause) return { holdMs: pause.ms };
    const fault = drawFault(plan.rates[hop], plan.seed, hop, numbers.request);
    if (fault) faults++;
    return fault;
  };

  for (const [hop, proxies] of Object.entries(stack.hops) as [Hop, (typeof stack.hops)[Hop]][]) {
    for (const [sender, proxy] of proxies.entries()) {
      proxy.cut = (_method, path, body) => happen(hop, sender, path, body);
    }
  }
  return {
    deaths,
    writers,
    get faults() {
      return faults;
    },
    get requests() {
      return [...counted].reduce((sum, [key, times]) => sum + (key.endsWith('request') ? times : 0), 0);
    },
    passed: (of) => counted.get(`store ${of}`) ?? 0,
    stop: () => {
      isOver = true;
    },
    arrived: async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, arrivedAt - performance.now())));
    },
    release: async () => {
      end.resolve();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const isOpen = () => Object.values(stack.hops).some((proxies) => proxies.some(({ open }) => open > 0));
      while (isOpen()) await new Promise((resolve) => setTimeout(resolve, 20));
    },
  };
}

function victimOf({ api, workers, redis, store }: ChaosStack, { victim }: Death, hop: Hop, sender: number) {
  const [first = store] = workers;
  if (victim === 'worker') return (hop === 'store' ? workers[sender] : first) ?? first;
  return { api, redis, store }[victim];
}

function cutOf(fate: Fate, end: Promise<void>): Cut | undefined {
  if (fate === 'arrives') return undefined;
  if (fate === 'lost') return 'before-server';
  return fate === 'last' ? { holdUntil: end } : { holdMs: fate };
}

function drawFault(rates: FaultRates, seed: number, hop: Hop, nth: number): Cut | undefined {
  let left = makeRandom(seed, hop, nth).next();
  const isDrawn = (rate: number): boolean => {
    left -= rate;
    return left < 0;
  };
  if (isDrawn(rates.dropped)) return 'before-server';
  if (isDrawn(rates.lost)) return 'after-request';
  if (isDrawn(rates.failed)) return refusal(503, 'transient', 'made up: not now');
  // As rate-limiter-flexible tells it in the real server's refusal.
  if (isDrawn(rates.throttled)) return refusal(429, 'throttled', JSON.stringify({ _msBeforeNext: 150 }));
  return isDrawn(rates.slow) ? { holdMs: rates.slowMs } : undefined;
}

function refusal(status: number, code: string, diagnostics: string): Cut {
  const issue = [{ severity: 'error', code, details: { text: code }, diagnostics }];
  return { status, refuseWith: { resourceType: 'OperationOutcome', issue } };
}
