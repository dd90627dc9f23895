import type { Page } from 'playwright-core';

/** What one stop of the Tab key is called, and whether somebody sees it: in the window, and under nothing else. */
interface Stop {
  readonly words: string;
  readonly isSeen: boolean;
}

/** More than any page has, while lists read on as they are walked. */
const MOST_STOPS = 200;

/**
 * Goes from the first stop of a page once round all of them: forth, or back.
 *
 * @throws When it does not come round: something does not let go of the focus.
 */
export async function walkPage(page: Page, key: 'Tab' | 'Shift+Tab'): Promise<Stop[]> {
  await page.getByRole('link', { name: 'Skip to the page' }).focus();
  const first = await readStop(page);
  const stops: Stop[] = [];
  while (stops.length < MOST_STOPS) {
    await page.keyboard.press(key);
    const stop = await readStop(page);
    if (stop?.words === first?.words) return stops;
    if (stop) stops.push(stop);
  }
  throw new Error(`the focus stays with ${stops.at(-1)?.words}`);
}

/** Undefined when nothing of the page has the focus: between its last stop and its first. */
async function readStop(page: Page): Promise<Stop | undefined> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return undefined;
    const words = element.getAttribute('aria-label') ?? element.textContent?.slice(0, 60) ?? '';
    const isSeen = () => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const hit = document.elementFromPoint(left + width / 2, top + height / 2);
      return hit !== null && (element.contains(hit) || hit.contains(element));
    };
    // Scrolled to, or sliding in with a navigation that a wider window shows: not yet drawn where it will be.
    return new Promise<Stop>((resolve) => {
      const look = (framesLeft: number) =>
        requestAnimationFrame(() => {
          if (isSeen() || framesLeft === 0) resolve({ words, isSeen: isSeen() });
          else look(framesLeft - 1);
        });
      look(60);
    });
  });
}
