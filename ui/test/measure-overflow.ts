import type { Page } from 'playwright-core';

/** How many pixels of the page stand outside the window, sideways. */
export function measureOverflowPx(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
