import type { Page } from 'playwright-core';

/** As a wheel that is turned quickly. */
const STEP_PX = 600;
const STEP_MS = 30;

/** Turns the wheel until the page is at its end. */
export async function scrollToEnd(page: Page): Promise<void> {
  await page.mouse.move(640, 500);
  for (;;) {
    const isAtEnd = await page.evaluate(() => window.scrollY + window.innerHeight >= document.body.scrollHeight - 2);
    if (isAtEnd) return;
    await page.mouse.wheel(0, STEP_PX);
    await page.waitForTimeout(STEP_MS);
  }
}
