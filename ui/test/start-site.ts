import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { build } from 'vite';
import { pageHeaders } from '../../bridge/serve/page-headers.ts';
import { pageRoutes } from '../../bridge/serve/page-routes.ts';

const workspace = join(import.meta.dirname, '..');
const folder = join(workspace, 'dist');

export interface Site {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the built ui as the bridge does, Content-Security-Policy and all, without the rest of the bridge.
 * Builds it first where there is no build, or always with `UI_REBUILD=1`.
 */
export async function startSite(medplumBaseUrl: string): Promise<Site> {
  if (!existsSync(join(folder, 'index.html')) || process.env.UI_REBUILD === '1') {
    await build({ root: workspace, logLevel: 'warn' });
  }
  const app = express();
  app.use(pageHeaders(medplumBaseUrl, medplumBaseUrl));
  app.use(pageRoutes({ folder, medplumBaseUrl, apiPrefix: '/api/fasten-health' }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
