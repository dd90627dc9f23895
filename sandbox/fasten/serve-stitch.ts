import { join } from 'node:path';
import express, { type Express } from 'express';
import { z } from 'zod';
import { GENERATOR_OPTIONS } from '../generator/generate-export.ts';
import { seed } from '../seed.ts';
import { sendError } from './check-credentials.ts';
import type { FastenAdmin } from './make-admin.ts';
import { PORTALS } from './portals.ts';
import { connectionMade } from './webhook-events.ts';

const FILES = join(import.meta.dirname, 'stitch');
const DEFAULT_RESOURCES = 300;
/** The health system tells it, so that the end of a permission can be seen. */
const PERMITTED_MS = 90 * 24 * 60 * 60 * 1000;

/** What the frame says after a sign-in at a portal. */
const SIGN_IN = z.strictObject({
  portal_id: z.string().optional(),
  reconnect: z.string().optional(),
  patient: GENERATOR_OPTIONS.shape.patient,
  resources: z.number().int().min(8).max(100_000).default(DEFAULT_RESOURCES),
  external_id: z.string().optional(),
  external_state: z.string().optional(),
});

/**
 * The stand-in for Stitch, to be mounted at the root: the element where the CDN has it (`/connect/<version>/...`), the
 * logos, and the frame with its portals (`/stitch/...`), where people of any name can sign in.
 */
export function serveStitch(admin: FastenAdmin): Express {
  const app = express().disable('x-powered-by');
  app.use(['/connect', '/logos', '/stitch'], (_req, res, next) => {
    // Modules of another origin are fetched with CORS, as from the CDN.
    res.set({ 'access-control-allow-origin': '*', 'cache-control': 'no-cache' });
    next();
  });
  app.get('/connect/:version/:file', (req, res, next) => {
    const { file } = req.params;
    if (['fasten-stitch-element.js', 'fasten-stitch-element.css'].includes(file)) res.sendFile(file, { root: FILES });
    else next();
  });
  app.get('/logos/sources/:file', (req, res) => {
    res.type('image/svg+xml').send(logoOf(req.params.file.replace(/\.png$/, '')));
  });
  app.get(['/stitch/embed', '/stitch/portal'], (req, res) => {
    res.sendFile(`${req.path.slice('/stitch/'.length)}.html`, { root: FILES });
  });
  app.use('/stitch', express.static(FILES, { index: false }));
  app.get('/stitch/portals', (_req, res) => {
    res.json(
      PORTALS.map(({ name, portalId, brandId, endpointId }) => ({ name, ...wireIds(portalId, brandId, endpointId) })),
    );
  });
  app.get('/stitch/patient', (_req, res) => res.json({ patient: examplePatient(), resources: DEFAULT_RESOURCES }));
  app.post('/stitch/connections', express.json(), async (req, res) => {
    const wanted = SIGN_IN.safeParse(req.body).data;
    const made = wanted && (await signIn(admin, wanted));
    if (made === undefined) sendError(res, 404, 'no such portal or connection');
    else res.status(201).json(made);
  });
  return app;
}

/** A connection as Stitch tells of it; undefined for a portal or a connection that is not known. */
async function signIn(admin: FastenAdmin, wanted: z.output<typeof SIGN_IN>) {
  const { external_id: externalId, external_state: externalState, patient, resources, reconnect } = wanted;
  const names = { ...(externalId && { externalId }), ...(externalState && { externalState }) };
  const consentExpiresAt = new Date(Date.now() + PERMITTED_MS).toISOString();
  if (reconnect !== undefined) {
    const again = await admin.reconnectConnection(reconnect, { ...names, consentExpiresAt });
    return again && connectionMade(again).data;
  }
  const portal = PORTALS.find(({ portalId }) => portalId === wanted.portal_id);
  if (portal === undefined || patient === undefined) return undefined;
  const { portalId, brandId, endpointId, platformType } = portal;
  const persona = { seed: PORTALS.indexOf(portal) + 1, resources, patient };
  const spec = { persona, portalId, brandId, endpointId, platformType, consentExpiresAt, ...names };
  return connectionMade(await admin.createConnection(spec)).data;
}

/** The sandbox's own patient, so that a click through leads to a record that fits the chart. */
function examplePatient() {
  const person = seed.users.map(({ profile }) => profile).find((profile) => profile.resourceType === 'Patient');
  const [name] = person?.name ?? [];
  const { birthDate, gender } = person?.resourceType === 'Patient' ? person : {};
  return { given: name?.given?.[0], family: name?.family, birthDate, gender };
}

function wireIds(portal_id: string, brand_id: string, endpoint_id: string) {
  return { portal_id, brand_id, endpoint_id };
}

function logoOf(brandId: string): string {
  const { name, color } = PORTALS.find((portal) => portal.brandId === brandId) ?? { name: '?', color: '#555' };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="${color}"/><text x="32" y="43" font-family="sans-serif" font-size="32" text-anchor="middle" fill="#fff">${name.slice(0, 1)}</text></svg>`;
}
