import {
  Badge,
  Checkbox,
  type CSSVariablesResolver,
  createTheme,
  Modal,
  Notification,
  TableScrollContainer,
} from '@mantine/core';

/** Mantine's own look, with a system font (nothing is fetched from elsewhere) and text that keeps WCAG AA contrast. */
export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  autoContrast: true,
  respectReducedMotion: true,
  components: {
    // As it is written everywhere else: names of sources stand in badges too. One that is cut says nothing on a phone: where
    // there is no room, it goes on in the next line.
    Badge: Badge.extend({
      defaultProps: { tt: 'none', h: 'auto' },
      styles: { label: { whiteSpace: 'normal', overflowWrap: 'anywhere' } },
    }),
    // A round one looks like one of several to choose from.
    Checkbox: Checkbox.extend({ defaultProps: { radius: 'sm' } }),
    Modal: Modal.extend({
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { title: { fontWeight: 650 } },
    }),
    // Without a bar to see, a table that goes on beside the window looks as if it ended there.
    TableScrollContainer: TableScrollContainer.extend({ defaultProps: { scrollAreaProps: { type: 'auto' } } }),
    Notification: Notification.extend({ defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } }),
  },
});

/** Mantine's dimmed text and light badges stay under WCAG AA's 4.5 : 1; these are the next shades that reach it. */
export const readableColors: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-blue-light-color': 'var(--mantine-color-blue-9)',
    '--mantine-color-gray-light-color': 'var(--mantine-color-gray-9)',
    '--mantine-color-red-light-color': 'var(--mantine-color-red-9)',
    // Bright even at Mantine's darkest.
    '--mantine-color-green-light-color': '#1e6e2f',
    '--mantine-color-orange-light-color': '#a33e00',
    '--mantine-color-yellow-light-color': '#7a5200',
    '--mantine-color-teal-light-color': '#06674a',
    '--mantine-color-violet-light-color': 'var(--mantine-color-violet-9)',
  },
  dark: { '--mantine-color-dimmed': 'var(--mantine-color-dark-1)' },
});
