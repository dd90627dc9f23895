import { type CSSVariablesResolver, createTheme } from '@mantine/core';

/** Mantine's own look, with a system font (nothing is fetched from elsewhere) and text that keeps WCAG AA contrast. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  autoContrast: true,
  respectReducedMotion: true,
});

/** Colours whose light badges and alerts we use. */
const BADGE_COLORS = ['blue', 'gray', 'green', 'orange', 'red', 'yellow'];

/** Mantine's dimmed text and light badges stay under WCAG AA's 4.5 : 1; these are the next shades that reach it. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    ...Object.fromEntries(
      BADGE_COLORS.map((name) => [
        `--mantine-color-${name}-light-color`,
        DARKEST[name] ?? `var(--mantine-color-${name}-9)`,
      ]),
    ),
  },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-1)' },
});

/** Yellow and orange are bright even at their darkest. */
const DARKEST: Readonly<Record<string, string>> = { orange: '#a33e00', yellow: '#7a5200', green: '#1e6e2f' };
