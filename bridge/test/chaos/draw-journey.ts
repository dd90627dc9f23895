import type { Random } from '../../../sandbox/generator/make-random.ts';
import { CHANGEABLE_PERSONAS, LARGE_PERSONAS, type PersonaName, SMALL_PERSONAS, visitsOf } from './personas.ts';

/** A person who connects a health system, once or twice, waits for their record, and what becomes of it afterwards. */
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
  /** What staff says of the import on hold; `both`: one accepts it while another rejects it. */
  readonly decided?: 'accepted' | 'rejected' | 'both';
  /** How the record differs when it is asked for once more. */
  readonly later?: 'same' | 'changed' | 'grown' | 'shrunk';
  /** How the first connection ends. */
  readonly ended?: Ending;
}

/** An end by the person's own wish. */
export interface Ending {
  /** Whether what came in through it goes too. */
  readonly erased: boolean;
  /** With which request of the workers to the store; when everything is loaded, at the latest and when this is absent. */
  readonly at?: { readonly of: 'request' | 'bundle'; readonly nth: number };
}

const KINDS: Readonly<Record<string, (journey: Journey) => boolean>> = {
  failed: ({ failWith }) => failWith !== undefined,
  held: ({ chart, decided }) => chart === 'other' && !decided,
  decided: ({ decided }) => decided !== undefined,
  resynced: ({ later }) => later !== undefined,
  revoked: ({ ended }) => ended?.erased === false,
  erased: ({ ended }) => ended?.erased === true,
};

/** What a journey is besides connecting and loading, for who counts them. */
export function kindsOf(journey: Journey): string[] {
  const kinds = Object.keys(KINDS).filter((kind) => KINDS[kind]?.(journey));
  return kinds.length > 0 ? kinds : ['plain'];
}

/** Draws how a person comes to their connections. */
export function drawJourney(random: Random): Journey {
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

/** Draws what becomes of it afterwards. */
export function drawSequel(random: Random, journey: Journey): Journey {
  if (journey.failWith) return journey;
  if (journey.chart === 'other' && random.chance(0.7)) {
    const decided = random.pick(['accepted', 'accepted', 'rejected', 'both']);
    return { ...journey, decided, ...(decided === 'accepted' && drawLater(random, journey)) };
  }
  const later = journey.chart === 'own' ? drawLater(random, journey) : {};
  return { ...journey, ...later, ...drawEnding(random) };
}

/** Of two connections in one namespace nobody could say whose export comes last. */
function drawLater(random: Random, { persona, visits }: Journey): Pick<Journey, 'later'> {
  const isChangeable = visits === 1 && CHANGEABLE_PERSONAS.includes(persona);
  if (!isChangeable || random.chance(0.4)) return {};
  return { later: random.pick(['same', 'changed', 'grown', 'shrunk']) };
}

function drawEnding(random: Random): Pick<Journey, 'ended'> {
  if (random.chance(0.65)) return {};
  const erased = random.chance(0.6);
  const of = random.pick(['request', 'bundle']);
  const at = { of, nth: random.int(1, of === 'bundle' ? 14 : 120) };
  return { ended: { erased, ...(random.chance(0.8) && { at }) } };
}
