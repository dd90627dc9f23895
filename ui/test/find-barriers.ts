import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe-core finds on the page as it stands against WCAG 2.2 A and AA: rule and place, one a line; nothing is good. */
export async function findBarriers(page: Page): Promise<string[]> {
  await movementEnded(page);
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (window as unknown as { axe: typeof axe }).axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    }),
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} (${node.failureSummary ?? ''})`),
  );
}

/** What fades in has colours that nobody is meant to read. What turns for ever is not waited for. */
async function movementEnded(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}
