/**
 * What a project of its own imports from `@fasten-medplum/sandbox`: the two stand-ins as functions, and what they
 * export: personas, and a generator. `fasten-medplum-sandbox` starts the same from a terminal. See docs/sandbox.md.
 */
export type { Chaos, ChaosChange } from './fasten/chaos.ts';
export type { FastenAdmin, WebhookChange } from './fasten/make-admin.ts';
export type { ConnectionSpec } from './fasten/make-connection.ts';
export { type FastenOptions, SANDBOX_KEYS, type SandboxFasten, startFasten } from './fasten/start-fasten.ts';
export type { FastenFault, StoreFault } from './faults/fault-kinds.ts';
export type { FaultChange, Faults } from './faults/faults.ts';
export { type GeneratorOptions, generateExport } from './generator/generate-export.ts';
export { exportLines } from './generator/write-export.ts';
export { type SandboxMedplum, type SandboxMedplumOptions, startMedplum } from './medplum/start-medplum.ts';
export type { Quota, Switches } from './medplum/switches.ts';
export { PERSONA_IDS, type Persona, type PersonaId, personaOf } from './personas/catalogue.ts';
export { type PersonaChoice, personaPieces } from './personas/persona-pieces.ts';
export { type Seed, type SeedClient, type SeedUser, seed } from './seed.ts';
