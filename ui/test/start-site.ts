import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import express from 'express';
import { pageHeaders } from '../../bridge/serve/page-headers.ts';
import { pageRoutes } from '../../bridge/serve/page-routes.ts';

export interface Site {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** Builds the ui as it is now and serves it as the bridge does, Content-Security-Policy and all. */
export async function startSite(medplumBaseUrl: string): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'ui-'));
  await buildPages(folder);
  const app = express();
  app.use(pageHeaders({ medplumBaseUrl, fastenBaseUrl: medplumBaseUrl, stitchUrl: medplumBaseUrl }));
  app.use(pageRoutes({ folder, medplumBaseUrl, apiPrefix: '/api/fasten-health', logosUrl: medplumBaseUrl }));
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

/** Builds the ui into a folder of its own: `dist` may be old, or being built by somebody else at this moment. */
export async function buildPages(folder: string): Promise<void> {
  const vite = join(import.meta.dirname, '../../node_modules/vite/bin/vite.js');
  const args = [vite, 'build', '--outDir', folder, '--emptyOutDir'];
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname, '..'), env });
}
