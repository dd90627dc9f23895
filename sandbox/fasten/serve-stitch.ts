import { join } from 'node:path';
import express, { type Express } from 'express';
import { PERSONA_IDS, personaOf } from '../personas/catalogue.ts';
import { seed } from '../seed.ts';
import { sendError } from './check-credentials.ts';
import type { FastenAdmin } from './make-admin.ts';
import { PORTALS, TEFCA_SITES } from './portals.ts';
import { authorizeVault, DEFAULT_RESOURCES, SIGN_IN, signIn, VAULT } from './sign-in.ts';
import { TEFCA_PATIENTS } from './tefca-patients.ts';

const FILES = join(import.meta.dirname, 'stitch');

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
  app.get('/stitch/patient', (_req, res) =>
    res.json({ patient: examplePatient(), resources: DEFAULT_RESOURCES, personas: personas() }),
  );
  app.post('/stitch/connections', express.json(), async (req, res) => {
    const wanted = SIGN_IN.safeParse(req.body).data;
    const made = wanted && (await signIn(admin, wanted));
    if (made === undefined) sendError(res, 404, 'no such portal or connection');
    else res.status(201).json(made);
  });
  app.get('/stitch/vault', (_req, res) => {
    res.json({ people: TEFCA_PATIENTS, sites: TEFCA_SITES, own: { email: 'you@example.test', ...examplePatient() } });
  });
  app.post('/stitch/vault', express.json(), async (req, res) => {
    const wanted = VAULT.safeParse(req.body).data;
    if (wanted === undefined) sendError(res, 400, 'who, and which sites');
    else res.json(await authorizeVault(admin, wanted));
  });
  return app;
}

/** One sign-in has one record: those who sign in twice are for the admin API. */
function personas() {
  return PERSONA_IDS.filter((id) => personaOf(id).connections.length === 1).map((id) => ({
    id,
    title: personaOf(id).title,
  }));
}

/** The sandbox's own patient, so that a click through leads to a record that fits the chart. */
function examplePatient() {
  const person = seed.users.map(({ profile }) => profile).find((profile) => profile.resourceType === 'Patient');
  const [name] = person?.name ?? [];
  const { birthDate, gender } = person?.resourceType === 'Patient' ? person : {};
  return { given: name?.given?.[0], family: name?.family, birthDate, gender };
}

function logoOf(brandId: string): string {
  const { name, color } = PORTALS.find((portal) => portal.brandId === brandId) ?? { name: '?', color: '#555' };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="${color}"/><text x="32" y="43" font-family="sans-serif" font-size="32" text-anchor="middle" fill="#fff">${name.slice(0, 1)}</text></svg>`;
}
