import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Router } from 'express';
import type { UiConfig } from '../contract/ui-config.ts';

export interface PageSettings {
  /** The built ui; nothing is served when it does not exist. */
  readonly folder: string;
  readonly medplumBaseUrl: string;
  /** Of the bridge's own client. */
  readonly medplumProjectId?: string | undefined;
  readonly apiPrefix: string;
  readonly logosUrl: string;
}

/** The page and the settings it needs to begin. Names of built files hold their hash, so they may be kept for ever. */
export function pageRoutes({ folder, ...settings }: PageSettings): Router {
  const router = express.Router();
  const { medplumBaseUrl, medplumProjectId, apiPrefix, logosUrl } = settings;
  const config: UiConfig = { medplumBaseUrl, ...(medplumProjectId && { medplumProjectId }), apiPrefix, logosUrl };
  router.get('/config.json', (_req, res) => {
    res.set('cache-control', 'no-cache').json(config);
  });
  const index = join(folder, 'index.html');
  if (existsSync(index)) {
    router.use(
      '/assets',
      express.static(join(folder, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }),
    );
    router.use(express.static(folder, { cacheControl: false }));
    // Every other address is one of the page's own: it routes in the browser.
    router.get('/{*path}', (req, res, next) => {
      if (req.path.startsWith(`${apiPrefix}/`) || !req.accepts('html')) {
        next();
        return;
      }
      res.set('cache-control', 'no-cache').sendFile(index);
    });
  }
  return router;
}
