import type { GeneratorOptions } from '../../../sandbox/generator/generate-export.ts';

/** Records as different health systems send them, scaled down to a second's work. Whose they are is said at each journey. */
export const PERSONAS = {
  tiny: { seed: 21, resources: 11, documentBytes: 200, idStyle: 'uuid' },
  epic: { seed: 22, resources: 120, documentBytes: 300, idStyle: 'epic' },
  uuid: { seed: 23, resources: 180, documentBytes: 300, idStyle: 'uuid' },
  documents: { seed: 24, resources: 70, documentBytes: 40_000, idStyle: 'epic' },
  dirty: {
    seed: 25,
    resources: 130,
    documentBytes: 300,
    idStyle: 'epic',
    dirt: ['bad-json', 'empty-strings', 'crlf', 'bom', 'blank-lines', 'no-final-newline'],
  },
  long: { seed: 26, resources: 320, documentBytes: 300, idStyle: 'epic' },
} as const satisfies Readonly<Record<string, GeneratorOptions>>;

export type PersonaName = keyof typeof PERSONAS;
