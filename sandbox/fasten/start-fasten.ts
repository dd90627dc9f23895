import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { FASTEN_FAULTS } from '../faults/fault-kinds.ts';
import { Faults } from '../faults/faults.ts';
import { calm } from './chaos.ts';
import { sendWebhooks } from './deliver-webhooks.ts';
import { keepState } from './keep-state.ts';
import { type FastenAdmin, makeAdmin } from './make-admin.ts';
import { makeClock } from './make-clock.ts';
import { runExports } from './run-exports.ts';
import { SANDBOX_KEYS } from './sandbox-keys.ts';
import { serveAdmin } from './serve-admin.ts';
import { apiModeOf, serveApi } from './serve-api.ts';
import { serveStitch } from './serve-stitch.ts';
import { type StorageFault, serveStorage } from './serve-storage.ts';

export { SANDBOX_KEYS };

export interface FastenOptions {
  /** Of the API; 0 or nothing: any free one. */
  readonly port?: number;
  /** Of the storage origin; 0 or nothing: any free one. */
  readonly storagePort?: number;
  readonly publicId?: string;
  readonly privateKey?: string;
  /** Where events go. Without one they wait until the admin API sets it. */
  readonly webhookUrl?: string;
  readonly webhookSecret?: string;
  /** Address to listen on; default 127.0.0.1. Inside a container 0.0.0.0, behind a proxy. */
  readonly host?: string;
  /** Where clients find it and its downloads, when that is not where it listens: the proxy's origins. */
  readonly origin?: string;
  readonly storageOrigin?: string;
  /** Root of the sandbox Medplum whose faults the page at /admin switches too. */
  readonly storeUrl?: string;
  /** Keeps state and generated exports; nothing: a temporary folder, removed by close(). */
  readonly dataDir?: string;
  /** How long an export stays pending, in milliseconds; default 200. */
  readonly exportDelayMs?: number;
  /** Waits before each retry of a webhook, in milliseconds; default four, from 1 s to 64 s (Fasten: about 24 h in all, `FASTEN_RETRY_DELAYS_MS`). */
  readonly retryDelaysMs?: readonly number[];
  /** Whether the organisation may use TEFCA mode; default yes. */
  readonly tefca?: boolean;
  /** Milliseconds since 1970, for what expires; default the machine's clock. Signatures always carry real time. */
  readonly now?: () => number;
}

export interface SandboxFasten extends FastenAdmin {
  /** `http://127.0.0.1:<port>/v1`, what FASTEN_BASE_URL wants. */
  readonly baseUrl: string;
  /** `http://127.0.0.1:<port>`, what FASTEN_STORAGE_ORIGINS wants. */
  readonly storageOrigin: string;
  /** Where the stand-in for Stitch lies, what FASTEN_STITCH_URL wants. */
  readonly stitchScriptUrl: string;
  /** `http://127.0.0.1:<port>/admin`, the remote control over HTTP. */
  readonly adminUrl: string;
  close(): Promise<void>;
}

/**
 * Starts a stand-in for Fasten Connect on 127.0.0.1: its API, its webhooks, and a second origin for downloads.
 *
 * @returns The running simulator; its methods do what the admin API does.
 * @throws Error with code EADDRINUSE when a given port is taken.
 */
export async function startFasten(options: FastenOptions = {}): Promise<SandboxFasten> {
  const { publicId, privateKey, webhookSecret } = { ...SANDBOX_KEYS, ...options };
  const dir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'sandbox-fasten-')));
  const kept = await keepState(dir, { secret: webhookSecret, connectionEvents: true });
  if (options.webhookUrl !== undefined) {
    kept.state.webhook = { ...kept.state.webhook, url: options.webhookUrl, secret: webhookSecret };
  }
  const clock = makeClock(options.now);
  const retryDelaysMs = options.retryDelaysMs ?? [1000, 4000, 16_000, 64_000];
  const chaos = calm();
  const faults = new Faults(FASTEN_FAULTS);
  const sender = sendWebhooks({ kept, clock, chaos, faults, apiMode: apiModeOf(publicId), retryDelaysMs });

  const cut: StorageFault = {};
  const { host = '127.0.0.1' } = options;
  const storage = await listen(
    serveStorage({ kept, clock, cut, chaos, faults, dir }),
    host,
    options.storagePort,
    options.storageOrigin,
  );
  const app = express().disable('x-powered-by');
  const api = await listen(app, host, options.port, options.origin).catch(async (error: unknown) => {
    await storage.close();
    throw error;
  });
  const baseUrl = `${api.origin}/v1`;
  const exports = runExports({ kept, clock, sender, chaos, dir, baseUrl, exportDelayMs: options.exportDelayMs ?? 200 });
  const admin = makeAdmin(kept, clock, sender, cut, chaos, faults);
  app.get('/healthz', (_req, res) => res.json({ ok: true, pid: process.pid }));
  app.use('/admin', serveAdmin(admin, { storeUrl: options.storeUrl, origin: options.origin }));
  app.use(serveStitch(admin));
  app.use(
    '/v1',
    serveApi({
      keys: { publicId, privateKey },
      kept,
      clock,
      chaos,
      faults,
      exports,
      sender,
      tefca: options.tefca ?? true,
      storageOrigin: storage.origin,
    }),
  );
  exports.resume();
  sender.resume();

  return {
    ...admin,
    baseUrl,
    storageOrigin: storage.origin,
    stitchScriptUrl: `${api.origin}/connect/v4/fasten-stitch-element.js`,
    adminUrl: `${api.origin}/admin`,
    async close() {
      clock.close();
      await Promise.all([api.close(), storage.close(), sender.close()]);
      await exports.close();
      await kept.save();
      if (options.dataDir === undefined) {
        await rm(dir, { recursive: true, force: true });
      }
    },
  };
}

interface Listening {
  readonly origin: string;
  close(): Promise<void>;
}

async function listen(app: RequestListener, host: string, port = 0, origin?: string): Promise<Listening> {
  const server = createServer(app);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return { origin: origin ?? `http://127.0.0.1:${actualPort}`, close: () => closeServer(server) };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
