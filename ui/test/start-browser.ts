import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Without a sandbox of its own (CI containers run as root) and silent: it talks to nobody but the page. */
const CHROMIUM_ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const USUAL_PLACES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/**
 * Starts the Chromium that CHROMIUM_PATH names, else the machine's, with a profile folder of its own that goes at the end.
 *
 * @throws When there is none.
 */
export function startBrowser(): Promise<Browser> {
  const places = USUAL_PLACES.map((name) => `/usr/bin/${name}`);
  const executablePath = process.env.CHROMIUM_PATH ?? places.find((path) => existsSync(path));
  if (!executablePath) {
    throw new Error('no Chromium: install it (Debian, Ubuntu: sudo apt-get install chromium) or set CHROMIUM_PATH');
  }
  return chromium.launch({ executablePath, args: CHROMIUM_ARGS });
}
