import type { ConnectionSpec } from '../../../sandbox/fasten/make-connection.ts';
import type { GeneratorOptions } from '../../../sandbox/generator/generate-export.ts';
import type { PersonaId } from '../../../sandbox/personas/catalogue.ts';

/** What lies behind one sign-in; whose it is, is said at each journey. */
export type Source = Exclude<ConnectionSpec['persona'], undefined>;

/** What a persona's first sign-in shows, and the second where that is not the same once more. */
type Sources = readonly [Source, Source?];

const of = (id: PersonaId, scale = 1): Sources => [{ id, scale }];
const ofTwo = (id: PersonaId): Sources => [
  { id, connection: 0 },
  { id, connection: 1 },
];

/** Records that are a second's work, drawn most of the time: generated ones, and those of the sandbox's personas. */
const SMALL = {
  tiny: [{ seed: 21, resources: 11, documentBytes: 200, idStyle: 'uuid' }],
  epic: [{ seed: 22, resources: 120, documentBytes: 300, idStyle: 'epic' }],
  uuid: [{ seed: 23, resources: 180, documentBytes: 300, idStyle: 'uuid' }],
  documents: [{ seed: 24, resources: 70, documentBytes: 40_000, idStyle: 'epic' }],
  soiled: [
    {
      seed: 25,
      resources: 130,
      documentBytes: 300,
      idStyle: 'epic',
      dirt: ['bad-json', 'empty-strings', 'crlf', 'bom', 'blank-lines', 'no-final-newline'],
    },
  ],
  long: [{ seed: 26, resources: 320, documentBytes: 300, idStyle: 'epic' }],
  small: of('small'),
  dirty: of('dirty'),
  'payer-claims': of('payer-claims'),
  'tefca-ccda': of('tefca-ccda'),
  'child-proxy': of('child-proxy'),
  'mental-health': of('mental-health'),
  pregnancy: of('pregnancy'),
  'volume-3500': of('volume-3500', 0.05),
  'imaging-200mb': of('imaging-200mb', 0.005),
  'same-portal-twice': ofTwo('same-portal-twice'),
  'two-sources': ofTwo('two-sources'),
} as const satisfies Readonly<Record<string, Sources>>;

/** Records of half a thousand lines and more. */
const LARGE = {
  'athena-asthma': of('athena-asthma'),
  'breast-cancer': of('breast-cancer'),
  'cerner-heart': of('cerner-heart'),
  'epic-diabetes': of('epic-diabetes'),
  'kidney-failure': of('kidney-failure'),
  'warfarin-inr': of('warfarin-inr'),
  'volume-50000': of('volume-50000', 0.015),
} as const satisfies Readonly<Record<string, Sources>>;

const PERSONAS: Readonly<Record<PersonaName, Sources>> = { ...SMALL, ...LARGE };

export type PersonaName = keyof typeof SMALL | keyof typeof LARGE;

export const SMALL_PERSONAS = Object.keys(SMALL) as [PersonaName, ...PersonaName[]];
export const LARGE_PERSONAS = Object.keys(LARGE) as [PersonaName, ...PersonaName[]];

/** What the n-th sign-in of a persona shows, from 0. */
export function sourceOf(persona: PersonaName, visit: number): Source {
  const [first, second = first] = PERSONAS[persona];
  return visit === 0 ? first : second;
}

/** How often a persona must sign in to show all that they have. */
export function visitsOf(persona: PersonaName): 1 | 2 {
  return PERSONAS[persona].length === 2 ? 2 : 1;
}

/** At how many portals a persona signs in. */
export function portalsOf(persona: PersonaName): 1 | 2 {
  return persona === 'two-sources' ? 2 : 1;
}

/** Those whose record can be told anew, so that it has more lines, fewer, or others: generated ones. */
export const CHANGEABLE_PERSONAS: readonly PersonaName[] = ['tiny', 'epic', 'uuid', 'documents', 'soiled', 'long'];

/** No generated record is smaller. */
const LEAST_LINES = 8;

/** The record of a persona some time later. */
export function laterSourceOf(persona: PersonaName, later: 'same' | 'changed' | 'grown' | 'shrunk'): Source {
  const source = sourceOf(persona, 0);
  if (!isGenerated(source)) throw new Error(`the record of ${persona} cannot be told anew`);
  const { resources = 500 } = source;
  switch (later) {
    case 'same':
      return source;
    case 'changed':
      return { ...source, criticalOn: '2026-10-30' };
    case 'grown':
      return { ...source, resources: Math.round(resources * 1.4) };
    case 'shrunk':
      return { ...source, resources: Math.max(LEAST_LINES, Math.round(resources * 0.7)) };
  }
}

function isGenerated(source: Source): source is GeneratorOptions {
  return !('id' in source);
}
