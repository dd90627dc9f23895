import type { Locator } from 'playwright-core';

/** Clicks what closes its own window, and waits until that is gone. The click is cut off by it at times: then it did its work. */
export async function clickToClose(button: Locator): Promise<void> {
  const window = button.page();
  const click = button.click().catch((error: unknown) => {
    if (!window.isClosed()) throw error;
  });
  await Promise.all([window.waitForEvent('close'), click]);
}
