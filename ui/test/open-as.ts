import type { Page } from 'playwright-core';
import { seed } from '../../sandbox/seed.ts';

/** Opens an address and signs in there as somebody of the sandbox, whose passwords are all the same. */
export async function openAs(page: Page, url: string, email: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByTestId('auth.password').fill(seed.users[0]?.password ?? '');
  await page.getByRole('button', { name: 'Sign In' }).click();
}
