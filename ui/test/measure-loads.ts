import { gzipSync } from 'node:zlib';
import type { Page, Response } from 'playwright-core';

/**
 * What a page loads of our own code and styles while something is done with it, in bytes as a proxy in front of the bridge
 * sends them (gzip).
 */
export async function measureLoads(page: Page, origin: string, work: () => Promise<void>): Promise<number> {
  const bodies: Promise<Buffer>[] = [];
  const keep = (response: Response): void => {
    const { origin: from, pathname } = new URL(response.url());
    if (from === origin && /\.(js|css)$/.test(pathname)) bodies.push(response.body());
  };
  page.on('response', keep);
  try {
    await work();
  } finally {
    page.off('response', keep);
  }
  const sizes = (await Promise.all(bodies)).map((body) => gzipSync(body).length);
  return sizes.reduce((sum, size) => sum + size, 0);
}
