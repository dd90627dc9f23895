import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { z } from 'zod';
import { GENERATOR_OPTIONS } from '../generator/generate-export.ts';
import { PERSONA_CHOICE } from '../personas/persona-pieces.ts';
import { PORTALS, placeOfPersona } from './portals.ts';
import type { OrgConnection } from './state.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What a new connection is made of. Exactly one of `file` and `persona` says what its exports contain. */
export const CONNECTION_SPEC = z
  .strictObject({
    /** Any JSONL file on this machine, served as it is. */
    file: z.string().optional(),
    /** One of docs/sandbox-personas.md, who signs in where the catalogue says; or options of the generator. */
    persona: z.union([PERSONA_CHOICE, GENERATOR_OPTIONS]).optional(),
    /** Key of the patient that the connecting app gave; comes back in `patient.connection_success` only. */
    externalId: z.string().optional(),
    externalState: z.string().optional(),
    /** Else that of the portal, else `epic`. */
    platformType: z.string().optional(),
    /** Two connections with the same portal are two sign-ins at one place: same brand, same endpoint. */
    portalId: z.string().optional(),
    /** Of the catalog; made up when the portal is new and they are not given. */
    brandId: z.string().optional(),
    endpointId: z.string().optional(),
    /** Found through TEFCA: known by this directory, not by the catalog. */
    tefcaDirectoryId: z.string().optional(),
    /** Of the synthetic person whose identity was proven for TEFCA. */
    vaultEmail: z.string().optional(),
    scope: z.string().optional(),
    consentExpiresAt: z.string().optional(),
    /** A `failure_reason`: every export of this connection ends with it. */
    failWith: z.string().optional(),
  })
  .refine((spec) => (spec.file === undefined) !== (spec.persona === undefined), 'give file or persona, not both');

export type ConnectionSpec = z.input<typeof CONNECTION_SPEC>;

/** What the record behind a connection is from now on: exactly one of both, as in {@link CONNECTION_SPEC}. */
export const RECORD_SPEC = z.union([
  z.strictObject({ file: z.string() }),
  z.strictObject({ persona: z.union([PERSONA_CHOICE, GENERATOR_OPTIONS]) }),
]);

export type RecordSpec = z.input<typeof RECORD_SPEC>;

/**
 * One patient's new authorisation of one portal.
 *
 * @param earlier - Connections that there are: a portal that one of them is at keeps its ids.
 */
export function makeConnection(
  spec: z.output<typeof CONNECTION_SPEC>,
  earlier: readonly OrgConnection[],
): OrgConnection {
  const { file, persona, portalId, brandId, endpointId, tefcaDirectoryId, ...more } = spec;
  const own = persona !== undefined && 'id' in persona && portalId === undefined ? placeOfPersona(persona) : undefined;
  return {
    ...(tefcaDirectoryId === undefined
      ? placeIds(own ?? placeOf(portalId, earlier))
      : { platformType: 'epic', tefcaDirectoryId }),
    ...(tefcaDirectoryId === undefined ? withoutUndefined({ brandId, endpointId }) : {}),
    ...withoutUndefined(more),
    orgConnectionId: randomUUID(),
    requestId: randomUUID(),
    status: 'authorized',
    source: persona ? { persona } : { file: resolve(file ?? '') },
  };
}

type PlaceIds = Pick<OrgConnection, 'platformType' | 'portalId' | 'brandId' | 'endpointId' | 'tefcaDirectoryId'>;

function placeIds({ platformType, portalId, brandId, endpointId, tefcaDirectoryId }: PlaceIds): PlaceIds {
  return { platformType, ...withoutUndefined({ portalId, brandId, endpointId, tefcaDirectoryId }) };
}

/** Ids of a portal: those of the catalog, or of an earlier connection to it, or new ones. */
function placeOf(portalId: string = randomUUID(), earlier: readonly OrgConnection[]): PlaceIds {
  const known = [...PORTALS, ...earlier].find((place) => place.portalId === portalId);
  const { platformType = 'epic', brandId = randomUUID(), endpointId = randomUUID() } = known ?? {};
  return { platformType, portalId, brandId, endpointId };
}
