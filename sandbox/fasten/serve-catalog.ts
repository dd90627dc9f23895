import express, { type RequestHandler, Router } from 'express';
import { CATALOG_FILES, findInCatalog, searchCatalog } from './catalog.ts';
import { sendError } from './check-credentials.ts';
import type { Clock } from './make-clock.ts';
import { signStoragePath } from './serve-storage.ts';

/** The signed addresses of an exported catalog live this long. */
const EXPORT_URL_MS = 60 * 60 * 1000;

export interface CatalogOptions {
  readonly publicId: string;
  readonly basic: RequestHandler;
  readonly clock: Clock;
  readonly signingKey: string;
  readonly storageOrigin: string;
}

/** The catalog of health systems: one record by id, a search, and all of it as files. */
export function serveCatalog({ publicId, basic, clock, signingKey, storageOrigin }: CatalogOptions): Router {
  const router = Router();
  const known: RequestHandler = (req, res, next) =>
    req.query.public_id === publicId ? next() : sendError(res, 404, 'organization not found');

  router.get('/bridge/catalog', known, (req, res) => {
    const found = findInCatalog(req.query);
    return found ? res.json({ success: true, data: found }) : sendError(res, 404, 'not found');
  });
  router.post('/bridge/catalog/search', known, express.json(), (req, res) => {
    const { query, searchAfter } = req.body ?? {};
    if (typeof query !== 'string') return sendError(res, 400, 'query is required');
    return res.json({
      success: true,
      data: searchCatalog(query, Array.isArray(searchAfter) ? searchAfter : undefined),
    });
  });
  router.get('/bridge/catalog/export', basic, (_req, res) => {
    const sign = (name: string) => storageOrigin + signStoragePath(signingKey, name, clock.now(), EXPORT_URL_MS);
    // Without the usual envelope, as the documentation has it.
    res.json(Object.fromEntries(Object.keys(CATALOG_FILES).map((name) => [name, sign(name)])));
  });
  return router;
}
