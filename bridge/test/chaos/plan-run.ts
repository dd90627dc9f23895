import type { FastenFault, StoreFault } from '../../../sandbox/faults/fault-kinds.ts';
import type { FaultChange } from '../../../sandbox/faults/faults.ts';
import { makeRandom, type Random } from '../../../sandbox/generator/make-random.ts';
import { drawJourney, drawSequel, type Journey } from './draw-journey.ts';

/** A way between two parts of the stack: a worker to the store, the API to the store, both to Fasten, the world to the API. */
export type Hop = 'store' | 'api-store' | 'fasten' | 'front';

/** The n-th request on a hop, from 1: of all, or only of the bundles of records, or of the runs of a bot. */
export interface Moment {
  readonly hop: Hop;
  readonly of: 'request' | 'bundle' | 'run';
  readonly nth: number;
}

/**
 * How the request by which something dies goes on: it arrives and nobody hears the answer, it never arrives, it is under way
 * for so many milliseconds, or until everything else has come to rest.
 */
export type Fate = 'arrives' | 'lost' | 'last' | number;

/** A SIGKILL. */
export interface Death {
  /** `worker`: whoever sent the request, if a worker did. */
  readonly victim: 'worker' | 'api' | 'redis' | 'store';
  readonly at: Moment;
  readonly request: Fate;
  /** Until it is started again. */
  readonly downMs: number;
}

/** One request that is under way for so long; nobody dies of it. */
export interface Pause {
  readonly at: Moment;
  readonly ms: number;
}

/** What may become of any request of a hop, each with its probability; what is left of 1: nothing. */
export interface FaultRates {
  /** The connection breaks before the server has the request. */
  readonly dropped: number;
  /** The server has the request and does it; the answer is lost. */
  readonly lost: number;
  /** 503, and nothing done. */
  readonly failed: number;
  /** 429, and nothing done. */
  readonly throttled: number;
  readonly slow: number;
  readonly slowMs: number;
}

/** How Fasten says what it says. */
export interface Wording {
  readonly links: 'both' | 'list' | 'old-field' | 'bare-list';
  readonly stats: 'counted' | 'odd' | 'none';
  readonly ids: 'uuid' | 'four-groups';
}

/** Everything random about one run of the suite. */
export interface RunPlan {
  readonly seed: number;
  readonly journeys: readonly Journey[];
  readonly rates: Readonly<Record<Hop, FaultRates>>;
  readonly wording: Wording;
  /** Faults of Fasten itself, and of the store itself: the latter until it dies. */
  readonly fasten: FaultChange<FastenFault>;
  readonly store: FaultChange<StoreFault>;
  readonly deaths: readonly Death[];
  readonly pauses: readonly Pause[];
}

export const NO_FAULTS: FaultRates = {
  dropped: 0,
  lost: 0,
  failed: 0,
  throttled: 0,
  slow: 0,
  slowMs: 0,
};

const AS_DOCUMENTED: Wording = { links: 'both', stats: 'counted', ids: 'uuid' };

/** A run in which nothing goes wrong, for what is said besides. */
export function planCalmRun(journeys: readonly Journey[], besides: Partial<RunPlan> = {}): RunPlan {
  const rates = { store: NO_FAULTS, 'api-store': NO_FAULTS, fasten: NO_FAULTS, front: NO_FAULTS };
  const calm = { wording: AS_DOCUMENTED, fasten: {}, store: {}, deaths: [], pauses: [] };
  return { seed: 0, journeys, rates, ...calm, ...besides };
}

/** Draws a run: the same seed gives the same plan on every machine. */
export function planRun(seed: number): RunPlan {
  const random = makeRandom(seed, 'chaos');
  const [afterwards, laterDeaths] = [makeRandom(seed, 'sequel'), makeRandom(seed, 'later deaths')];
  const begun = Array.from({ length: random.pick([1, 1, 2]) }, () => drawJourney(random));
  const journeys = begun.map((journey) => drawSequel(afterwards, journey));
  return {
    seed,
    journeys,
    rates: {
      store: drawRates(random),
      'api-store': drawRates(random),
      fasten: { ...drawRates(random), lost: 0 },
      front: { ...drawRates(random), throttled: 0 },
    },
    wording: {
      links: random.pick(['both', 'list', 'old-field', 'bare-list']),
      stats: random.pick(['counted', 'counted', 'odd', 'none']),
      ids: random.pick(['uuid', 'uuid', 'four-groups']),
    },
    fasten: drawFastenFaults(random, seed),
    store: drawStoreFaults(random, seed),
    deaths: onePerMoment([...drawDeaths(random), ...drawLaterDeaths(laterDeaths)]),
    pauses: [],
  };
}

/** Half of the hops are quiet: faults of one kind alone find other things than faults of all kinds. */
function drawRates(random: Random): FaultRates {
  if (random.chance(0.5)) return NO_FAULTS;
  const rate = () => (random.chance(0.4) ? random.next() * 0.12 : 0);
  return {
    dropped: rate(),
    lost: rate(),
    failed: rate(),
    throttled: rate(),
    slow: rate(),
    slowMs: random.int(20, 400),
  };
}

/** Not the two that change a record without a sign, a bit that is flipped and a file that is whole and shorter. */
function drawFastenFaults(random: Random, seed: number): RunPlan['fasten'] {
  const setting = () => ({ rate: random.pick([0.3, 0.6, 1]), seed });
  const late = () => ({ ...setting(), ms: random.int(50, 1_500) });
  const twice = () => ({ ...setting(), times: random.int(1, 2) });
  return drawSome(random, 0.15, {
    duplicated: { ...setting(), copies: random.int(2, 3) },
    late: late(),
    outOfOrder: late(),
    wrongSignature: setting(),
    wrongSecret: setting(),
    staleTimestamp: setting(),
    alteredBody: setting(),
    replayed: setting(),
    apiUnavailable: twice(),
    expiredLink: twice(),
    slowDownload: late(),
    cutDownload: twice(),
    truncatedDownload: twice(),
    gzipEncoded: setting(),
    gzipFile: setting(),
  });
}

/** What a proxy cannot do: refusals from inside, and as a gateway words them. */
function drawStoreFaults(random: Random, seed: number): RunPlan['store'] {
  const setting = () => ({ rate: random.next() * 0.1, seed });
  return drawSome(random, 0.25, {
    conflict: setting(),
    badGateway: setting(),
    gatewayTimeout: setting(),
    throttledAtGateway: { ...setting(), ms: 300, times: 3 },
  });
}

function drawSome<T extends object>(random: Random, probability: number, faults: T): Partial<T> {
  return Object.fromEntries(Object.entries(faults).filter(() => random.chance(probability))) as Partial<T>;
}

/** The second death of a moment would find its victim dead. */
function onePerMoment(deaths: readonly Death[]): Death[] {
  const named = deaths.map((death) => [`${death.at.hop} ${death.at.of} ${death.at.nth}`, death] as const);
  return [...new Map(named).values()];
}

function drawDeaths(random: Random): Death[] {
  return Array.from({ length: random.pick([0, 1, 1, 2, 2, 3]) }, () => drawDeath(random));
}

/** As many requests as a journey of the smallest personas surely makes on a hop, and a few more: some deaths never come. */
const LATEST: Readonly<Record<Hop, number>> = { store: 40, 'api-store': 10, fasten: 5, front: 5 };
const LATEST_BUNDLE = 10;

function drawDeath(random: Random): Death {
  const victim = drawVictim(random);
  const hop: Hop = random.pick(['store', 'store', 'store', victim === 'api' ? 'api-store' : 'fasten', 'front']);
  const of = hop === 'store' && random.chance(0.6) ? 'bundle' : 'request';
  const nth = random.int(1, of === 'bundle' ? LATEST_BUNDLE : LATEST[hop]);
  return drawFate(random, victim, { hop, of, nth });
}

/** Of what comes after the first load: feeds, decisions, another load, an end. */
function drawLaterDeaths(random: Random): Death[] {
  return Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => {
    const victim = drawVictim(random);
    const at = random.pick<Moment>([
      { hop: 'store', of: 'run', nth: random.int(1, 20) },
      { hop: 'store', of: 'request', nth: random.int(40, 160) },
      { hop: 'store', of: 'bundle', nth: random.int(10, 25) },
      { hop: victim === 'api' ? 'api-store' : 'store', of: 'request', nth: random.int(10, 40) },
      { hop: 'front', of: 'request', nth: random.int(3, 12) },
    ]);
    return drawFate(random, victim, at);
  });
}

function drawVictim(random: Random): Death['victim'] {
  return random.pick(['worker', 'worker', 'worker', 'api', 'redis', 'store']);
}

function drawFate(random: Random, victim: Death['victim'], at: Moment): Death {
  const request = random.pick(['arrives', 'arrives', 'lost', random.int(50, 1_500), 'last']);
  // Whoever lives on would wait for the answer, and everything else for them.
  const isOwn = (victim === 'worker' && at.hop === 'store') || (victim === 'api' && at.hop === 'api-store');
  return { victim, at, request: request === 'last' && !isOwn ? 'arrives' : request, downMs: random.int(0, 1_200) };
}
