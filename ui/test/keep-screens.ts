import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** A longer page is a list of which only what is in view is drawn: of it what is in view is kept. */
const MOST_PX = 3_000;

const SIZES = { narrow: { width: 360, height: 740 }, wide: { width: 1280, height: 900 } } as const;

/**
 * With SCREENS_DIR set, takes a picture of the page as it stands for people to look at: light and dark, narrow and wide.
 *
 * @param name - Of the files, before `-light-wide.png` and the like.
 */
export async function keepScreens(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENS_DIR;
  if (!folder) return;
  const before = page.viewportSize();
  // The header sticks to where the page is scrolled to.
  await page.evaluate(() => window.scrollTo(0, 0));
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    // What is open beside the page is as high as the window.
    const isCovered = (await page.getByRole('dialog').count()) > 0;
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        path: join(folder, `${name}-${colorScheme}-${size}.png`),
        fullPage: height <= MOST_PX && !isCovered,
        animations: 'disabled',
      });
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  if (before) await page.setViewportSize(before);
}
