import type { Browser, Page } from 'playwright-core';
import { openAs } from '../test/open-as.ts';
import type { Product } from '../test/start-product.ts';
import { countRequests, type RequestFigures } from './count-requests.ts';
import { fillLists } from './fill-lists.ts';
import { scrollToEnd } from './scroll-page.ts';
import { type FrameFigures, watchFrames } from './watch-frames.ts';

export interface ListFigures extends FrameFigures, RequestFigures {
  readonly rows: number;
  /** From the address to the first row, in milliseconds. */
  readonly firstRowMs: number;
  /** Rows that the page holds when it is at its end. */
  readonly rowsDrawn: number;
}

/** Scrolls the lists of imports and of patients, each with so many rows, from one end to the other. */
export async function measureLists(
  product: Product,
  browser: Browser,
  count: number,
): Promise<Record<'imports' | 'patients', ListFigures>> {
  await fillLists(await product.signIn('clinician@example.com'), count);
  const page = await browser.newPage({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
  await openAs(page, `${product.url}/operations`, 'clinician@example.com');
  await page.getByText('For administrators').waitFor();
  const imports = await measureList(page, 'Imports');
  const patients = await measureList(page, 'Patients');
  await page.context().close();
  return { imports, patients };
}

async function measureList(page: Page, label: 'Imports' | 'Patients'): Promise<ListFigures> {
  const startedAt = performance.now();
  await page.getByRole('link', { name: label }).click();
  const list = page.getByRole('list', { name: label });
  await list.getByRole('link').first().waitFor();
  const firstRowMs = Math.round(performance.now() - startedAt);
  const rows = Number(await list.getByRole('listitem').first().getAttribute('aria-setsize'));
  let frames: FrameFigures | undefined;
  const asked = await countRequests(page, async () => {
    frames = await watchFrames(page, () => scrollToEnd(page));
    // What stands at the end has to come after all.
    await list.getByRole('listitem').last().getByRole('link').waitFor();
  });
  if (!frames) throw new Error('nothing was watched');
  return { rows, firstRowMs, rowsDrawn: await list.getByRole('listitem').count(), ...frames, ...asked };
}
