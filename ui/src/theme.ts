import { createTheme } from '@mantine/core';

/** Mantine's own look, with a system font (nothing is fetched from elsewhere) and text that keeps WCAG AA contrast. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 8 },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  autoContrast: true,
  respectReducedMotion: true,
});
