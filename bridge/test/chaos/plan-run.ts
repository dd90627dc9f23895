import { makeRandom, type Random } from '../../../sandbox/generator/make-random.ts';
import { PERSONAS, type PersonaName } from './personas.ts';

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
  /** 409 as of a transaction that met another one; of bundles only. */
  readonly conflict: number;
  readonly slow: number;
  readonly slowMs: number;
}

/** A person who connects a health system, once or twice, and waits for their record. */
export interface Journey {
  readonly persona: PersonaName;
  /** `other`: the record is somebody else's than the chart's. */
  readonly chart: 'own' | 'other';
  /** Signing in twice at the same portal gives two connections with one record. */
  readonly visits: 1 | 2;
  /** Who tells us of the connection: the page, Fasten's event (the tab was closed), or both. */
  readonly told: 'page' | 'event' | 'both';
  /** Fasten's `failure_reason` for every export. */
  readonly failWith?: 'resource_invalid_content' | 'token_refresh_failure';
}

/** How Fasten delivers; what is left out is as documented. */
export interface Deliveries {
  readonly copies: number;
  /** By type of event. */
  readonly delaysMs: Readonly<Record<string, number>>;
  readonly links: 'both' | 'list' | 'old-field' | 'bare-list';
  readonly stats: 'counted' | 'odd' | 'none';
  readonly ids: 'uuid' | 'four-groups';
  /** Downloads that break off after so many bytes, one after the other. */
  readonly cutAfterBytes: readonly number[];
  /** Events that somebody else has made up. */
  readonly forged: number;
}

/** Everything random about one run of the suite. */
export interface RunPlan {
  readonly seed: number;
  readonly journeys: readonly Journey[];
  readonly rates: Readonly<Record<Hop, FaultRates>>;
  readonly deliveries: Deliveries;
  readonly deaths: readonly Death[];
  readonly pauses: readonly Pause[];
}

export const NO_FAULTS: FaultRates = {
  dropped: 0,
  lost: 0,
  failed: 0,
  throttled: 0,
  conflict: 0,
  slow: 0,
  slowMs: 0,
};

const AS_DOCUMENTED: Deliveries = {
  copies: 1,
  delaysMs: {},
  links: 'both',
  stats: 'counted',
  ids: 'uuid',
  cutAfterBytes: [],
  forged: 0,
};

/** A run in which nothing goes wrong, for what is said besides. */
export function planCalmRun(journeys: readonly Journey[], besides: Partial<RunPlan> = {}): RunPlan {
  const rates = { store: NO_FAULTS, 'api-store': NO_FAULTS, fasten: NO_FAULTS, front: NO_FAULTS };
  return { seed: 0, journeys, rates, deliveries: AS_DOCUMENTED, deaths: [], pauses: [], ...besides };
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
      fasten: { ...drawRates(random), conflict: 0, lost: 0 },
      front: { ...drawRates(random), conflict: 0, throttled: 0 },
    },
    deliveries: drawDeliveries(random),
    deaths: drawDeaths(random),
    pauses: [],
  };
}

const NAMES = Object.keys(PERSONAS) as [PersonaName, ...PersonaName[]];

function drawJourney(random: Random): Journey {
  const persona = random.pick(NAMES);
  const told = random.pick(['page', 'event', 'both', 'both']);
  const kind = random.next();
  if (kind < 0.1) return { persona: 'epic', told, chart: 'other', visits: 1 };
  if (kind < 0.2) {
    const failWith = random.pick(['resource_invalid_content', 'token_refresh_failure']);
    return { persona: 'tiny', told, chart: 'own', visits: 1, failWith };
  }
  return { persona, told, chart: 'own', visits: kind < 0.4 ? 2 : 1 };
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
    conflict: rate(),
    slow: rate(),
    slowMs: random.int(20, 400),
  };
}

function drawDeliveries(random: Random): Deliveries {
  const delay = () => (random.chance(0.3) ? random.int(50, 1_500) : 0);
  const delaysMs = {
    'patient.connection_success': delay(),
    'patient.ehi_export_success': delay(),
    'patient.ehi_export_failed': delay(),
  };
  return {
    copies: random.pick([1, 1, 2, 3]),
    delaysMs,
    links: random.pick(['both', 'list', 'old-field', 'bare-list']),
    stats: random.pick(['counted', 'counted', 'odd', 'none']),
    ids: random.pick(['uuid', 'uuid', 'four-groups']),
    cutAfterBytes: random.chance(0.3) ? Array.from({ length: random.int(1, 2) }, () => random.int(100, 30_000)) : [],
    forged: random.pick([0, 1, 3]),
  };
}

function drawDeaths(random: Random): Death[] {
  const deaths = Array.from({ length: random.pick([0, 1, 1, 2, 2, 3]) }, () => drawDeath(random));
  // Of one moment there is one death: the second would find its victim dead.
  const named = deaths.map((death) => [`${death.at.hop} ${death.at.of} ${death.at.nth}`, death] as const);
  return [...new Map(named).values()];
}

/** As many requests as a journey of the smallest personas surely makes on a hop, and a few more: some deaths never come. */
const LATEST: Readonly<Record<Hop, number>> = { store: 60, 'api-store': 12, fasten: 8, front: 8 };
const LATEST_BUNDLE = 12;

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
