import { defineConfig } from 'vitest/config';

/** One project a workspace; `npx vitest run --project bridge` runs one of them. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'bridge', include: ['bridge/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'sandbox', include: ['sandbox/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      { test: { name: 'bots', include: ['bots/**/*.test.ts'], setupFiles: ['bots/test/setup.ts'] } },
      { test: { name: 'tools', include: ['tools/**/*.test.ts'], testTimeout: 60_000 } },
      'ui/vite.config.ts',
      {
        test: {
          name: 'browser',
          include: ['ui/test/**/*.browser.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
