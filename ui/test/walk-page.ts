import type { Page } from 'playwright-core';

/** What one stop of the Tab key is called, and whether somebody sees it: in the window, and under nothing else. */
interface Stop {
  readonly words: string;
  readonly isSeen: boolean;
}

/** Goes from stop to stop until the page has come round, or so often. */
export async function walkPage(page: Page, key: 'Tab' | 'Shift+Tab', most = 150): Promise<Stop[]> {
  const stops: Stop[] = [];
  while (stops.length < most) {
    await page.keyboard.press(key);
    const stop = await readStop(page);
    if (!stop) return stops;
    stops.push(stop);
  }
  return stops;
}

/** Undefined when nothing of the page has the focus. */
async function readStop(page: Page): Promise<Stop | undefined> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    // Scrolled to, but not yet drawn where it will be.
    return new Promise<Stop>((resolve) =>
      requestAnimationFrame(() => {
        const { left, top, width, height } = element.getBoundingClientRect();
        const hit = document.elementFromPoint(left + width / 2, top + height / 2);
        const words = element.getAttribute('aria-label') ?? element.textContent?.slice(0, 60) ?? '';
        resolve({ words, isSeen: hit !== null && (element.contains(hit) || hit.contains(element)) });
      }),
    );
  });
}
