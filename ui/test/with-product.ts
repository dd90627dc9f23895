import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openAs } from './open-as.ts';
import { startBrowser } from './start-browser.ts';
import { type Product, startProduct } from './start-product.ts';

/** What the tests of one file share, and what each of them has for itself. */
export interface Stage {
  readonly product: Product;
  readonly browser: Browser;
  /** A new one for each test. */
  readonly page: Page;
  /** What the page of this test complained about: uncaught errors, and errors in its console. */
  readonly faults: readonly string[];
  /** Opens an address and signs in there as somebody of the sandbox. */
  openAs(email: string, path: string): Promise<void>;
}

/** What slides in is not where it is clicked on a busy machine; and whoever asks for less motion must be able to use all of it. */
const WINDOW = { locale: 'en-GB', viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' } as const;

/** Starts the whole product and a browser for the tests of a file. What it gives is there once a test runs. */
export function withProduct(): Stage {
  const stage: { product?: Product; browser?: Browser; page?: Page; faults: string[] } = { faults: [] };

  beforeAll(async () => {
    [stage.product, stage.browser] = await Promise.all([startProduct(), startBrowser()]);
  });

  afterAll(async () => {
    await stage.browser?.close();
    await stage.product?.close();
  });

  beforeEach(async () => {
    const page = await present(stage.browser).newPage(WINDOW);
    stage.page = page;
    stage.faults = [];
    page.on('pageerror', (error) => stage.faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && stage.faults.push(message.text()));
  });

  afterEach(() => stage.page?.context().close());

  return {
    get product() {
      return present(stage.product);
    },
    get browser() {
      return present(stage.browser);
    },
    get page() {
      return present(stage.page);
    },
    get faults() {
      return stage.faults;
    },
    openAs: (email, path) => openAs(present(stage.page), `${present(stage.product).url}${path}`, email),
  };
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('only a test has it');
  return part;
}
