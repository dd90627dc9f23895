import { demographicsOf } from '../generator/generate-export.ts';
import type { Demographics } from '../generator/make-record.ts';
import { PERSONA_IDS, personaOf } from '../personas/catalogue.ts';

export const USAGE = `Usage: npm run demo [-- --seed N --resources N | --persona ID]   (another seed is another patient)
Personas: ${PERSONA_IDS.join(', ')}`;

/** Who is connected in a demo, and which records come in, one after the other. */
export interface Journey {
  readonly chart: Demographics;
  /** As the simulator's admin API takes them. */
  readonly personas: readonly object[];
  /** Whether a result is in them that a bot will make a Flag of. */
  readonly isCritical: boolean;
}

/** What the command line asks for; undefined when it asks for nothing that there is. */
export function readJourney(asked: {
  readonly seed?: string | undefined;
  readonly resources?: string | undefined;
  readonly persona?: string | undefined;
}): Journey | undefined {
  if (asked.persona !== undefined) {
    const id = PERSONA_IDS.find((known) => known === asked.persona);
    if (id === undefined || asked.seed !== undefined || asked.resources !== undefined) return undefined;
    const { chart, connections } = personaOf(id);
    return { chart, personas: connections.map((_, connection) => ({ id, connection })), isCritical: false };
  }
  const [seed, resources] = [Number(asked.seed ?? 1), Number(asked.resources ?? 600)];
  if (!Number.isInteger(seed) || !Number.isInteger(resources) || resources < 8) return undefined;
  const criticalOn = new Date().toISOString().slice(0, 10);
  return { chart: demographicsOf(seed), personas: [{ seed, resources, criticalOn }], isCritical: true };
}
