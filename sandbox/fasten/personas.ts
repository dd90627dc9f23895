import type { ConnectionSpec } from './make-admin.ts';

/** A patient whose record lies at a portal, for people to choose on the page. */
export interface Persona {
  readonly name: string;
  readonly label: string;
  readonly spec: ConnectionSpec;
}

export const PERSONAS: readonly Persona[] = [
  { name: 'small', label: 'A small record (60 resources)', spec: { persona: { seed: 1, resources: 60 } } },
  { name: 'usual', label: 'A usual record (500 resources)', spec: { persona: { seed: 2, resources: 500 } } },
];
