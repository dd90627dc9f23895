import { useDocumentTitle } from '@mantine/hooks';

/** What the page as a whole is called. */
export const APP_NAME = 'Health record imports';

/**
 * Names the browser's tab after the page that is open, for whoever has several, and for screen readers. Never after a person: titles end up
 * in histories.
 */
export function usePageTitle(page: string): void {
  useDocumentTitle(`${page} · ${APP_NAME}`);
}
