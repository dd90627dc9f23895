import { z } from 'zod';
import { GENERATOR_OPTIONS } from '../generator/generate-export.ts';
import { PERSONA_IDS, type PersonaId } from '../personas/catalogue.ts';
import type { FastenAdmin } from './make-admin.ts';
import { PORTALS, TEFCA_SITES } from './portals.ts';
import { connectionMade } from './webhook-events.ts';

export const DEFAULT_RESOURCES = 300;
/** The health system tells it, so that the end of a permission can be seen. */
const PERMITTED_MS = 90 * 24 * 60 * 60 * 1000;

const NAMES = { external_id: z.string().optional(), external_state: z.string().optional() };

/** What the frame says after a sign-in at a portal. */
export const SIGN_IN = z.strictObject({
  portal_id: z.string().optional(),
  reconnect: z.string().optional(),
  /** Whose history the record tells; a made-up one when left out. */
  persona: z.enum(PERSONA_IDS).optional(),
  patient: GENERATOR_OPTIONS.shape.patient,
  resources: z.number().int().min(8).max(100_000).default(DEFAULT_RESOURCES),
  ...NAMES,
});

/** What it says once somebody has proven who they are to TEFCA, and chosen sites or comes back to one. */
export const VAULT = z.strictObject({
  email: z.email(),
  patient: GENERATOR_OPTIONS.shape.patient.unwrap(),
  sites: z.array(z.string()),
  reconnect: z.string().optional(),
  ...NAMES,
});

/** A connection as Stitch tells of it; undefined for a portal or a connection that is not known. */
export async function signIn(admin: FastenAdmin, wanted: z.output<typeof SIGN_IN>) {
  const { patient, resources, reconnect, persona: id } = wanted;
  if (reconnect !== undefined) return comeBack(admin, reconnect, namesIn(wanted));
  const portal = PORTALS.find(({ portalId }) => portalId === wanted.portal_id);
  if (portal === undefined || patient === undefined) return undefined;
  const { portalId, platformType } = portal;
  const persona = id ? { id, patient } : { seed: PORTALS.indexOf(portal) + 1, resources, patient };
  const spec = { persona, portalId, platformType, consentExpiresAt: permittedUntil(), ...namesIn(wanted) };
  return connectionMade(await admin.createConnection(spec)).data;
}

/** What stands behind a site that the record locator finds. */
const RECORDS: readonly PersonaId[] = ['tefca-ccda', 'epic-diabetes'];

/**
 * Connects every site that was ticked, and says of each how it went: `successes` are told as Stitch tells them, `failures` are
 * sites that no longer are in the directory.
 */
export async function authorizeVault(admin: FastenAdmin, wanted: z.output<typeof VAULT>) {
  const { email, patient, sites, reconnect } = wanted;
  if (reconnect !== undefined) {
    const again = await comeBack(admin, reconnect, namesIn(wanted));
    return { successes: again ? [again] : [], failures: again ? [] : [reconnect] };
  }
  const found = TEFCA_SITES.filter(({ tefcaDirectoryId }) => sites.includes(tefcaDirectoryId));
  const successes: object[] = [];
  for (const site of found) {
    const { tefcaDirectoryId, platformType } = site;
    const persona = { id: RECORDS[TEFCA_SITES.indexOf(site)] ?? 'small', patient };
    const place = { tefcaDirectoryId, platformType, vaultEmail: email, scope: 'patient/*.read' };
    const made = await admin.createConnection({ persona, ...place, ...namesIn(wanted) });
    successes.push({ ...connectionMade(made).data, patient_auth_type: 'tefca_direct' });
  }
  const known = found.map(({ tefcaDirectoryId }) => tefcaDirectoryId);
  return { successes, failures: sites.filter((id) => !known.includes(id)) };
}

async function comeBack(admin: FastenAdmin, orgConnectionId: string, names: ReturnType<typeof namesIn>) {
  const again = await admin.reconnectConnection(orgConnectionId, { ...names, consentExpiresAt: permittedUntil() });
  return again && connectionMade(again).data;
}

function namesIn({ external_id: externalId, external_state: externalState }: z.output<z.ZodObject<typeof NAMES>>) {
  return { ...(externalId && { externalId }), ...(externalState && { externalState }) };
}

function permittedUntil(): string {
  return new Date(Date.now() + PERMITTED_MS).toISOString();
}
