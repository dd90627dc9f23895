import type { FastenFault, StoreFault } from '../../../sandbox/faults/fault-kinds.ts';
import type { FaultChange } from '../../../sandbox/faults/faults.ts';
import { makeRandom, type Random } from '../../../sandbox/generator/make-random.ts';
import { LARGE_PERSONAS, type PersonaName, SMALL_PERSONAS, visitsOf } from './personas.ts';

/** A way between two parts of the stack: a worker to the store, the API to the store, both to Fasten, the world to the API. */
export type Hop = 'store' | 'api-store' | 'fasten' | 'front';

/** The n-th request on a hop, from 1: of all, or of the bundles of records only. */
export interface Moment {
  readonly hop: Hop;
  readonly of: 'request' | 'bundle';
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

/** A person who connects a health system, once or twice, and waits for their record. */
export interface Journey {
  readonly persona: PersonaName;
  /** `other`: the record is somebody else's than the chart's. */
  readonly chart: 'own' | 'other';
  /** Signing in twice at the same portal gives two connections with one namespace. */
  readonly visits: 1 | 2;
  /** Who tells us of the connection: the page, Fasten's event (the tab was closed), or both. */
  readonly told: 'page' | 'event' | 'both';
  /** Fasten's `failure_reason` for every export. */
  readonly failWith?: 'resource_invalid_content' | 'token_refresh_failure';
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
  const journeys = Array.from({ length: random.pick([1, 1, 2]) }, () => drawJourney(random));
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
    deaths: drawDeaths(random),
    pauses: [],
  };
}

function drawJourney(random: Random): Journey {
  const persona = random.pick(random.chance(0.1) ? LARGE_PERSONAS : SMALL_PERSONAS);
  const told = random.pick(['page', 'event', 'both', 'both']);
  const kind = random.next();
  if (kind < 0.1) return { persona: 'epic', told, chart: 'other', visits: 1 };
  if (kind < 0.2) {
    const failWith = random.pick(['resource_invalid_content', 'token_refresh_failure']);
    return { persona: 'tiny', told, chart: 'own', visits: 1, failWith };
  }
  return { persona, told, chart: 'own', visits: kind < 0.4 ? 2 : visitsOf(persona) };
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

function drawDeaths(random: Random): Death[] {
  const deaths = Array.from({ length: random.pick([0, 1, 1, 2, 2, 3]) }, () => drawDeath(random));
  // Of one moment there is one death: the second would find its victim dead.
  const named = deaths.map((death) => [`${death.at.hop} ${death.at.of} ${death.at.nth}`, death] as const);
  return [...new Map(named).values()];
}

/** As many requests as a journey of the smallest personas surely makes on a hop, and a few more: some deaths never come. */
const LATEST: Readonly<Record<Hop, number>> = { store: 40, 'api-store': 10, fasten: 5, front: 5 };
const LATEST_BUNDLE = 10;

function drawDeath(random: Random): Death {
  const victim = random.pick(['worker', 'worker', 'worker', 'api', 'redis', 'store']);
  const hop: Hop = random.pick(['store', 'store', 'store', victim === 'api' ? 'api-store' : 'fasten', 'front']);
  const of = hop === 'store' && random.chance(0.6) ? 'bundle' : 'request';
  const nth = random.int(1, of === 'bundle' ? LATEST_BUNDLE : LATEST[hop]);
  const request = random.pick(['arrives', 'arrives', 'lost', random.int(50, 1_500), 'last']);
  // Whoever lives on would wait for the answer, and everything else for them.
  const isOwn = (victim === 'worker' && hop === 'store') || (victim === 'api' && hop === 'api-store');
  return {
    victim,
    at: { hop, of, nth },
    request: request === 'last' && !isOwn ? 'arrives' : request,
    downMs: random.int(0, 1_200),
  };
}
