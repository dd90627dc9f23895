import { defineConfig } from 'vitest/config';

/** The real thing is waited for as long as a busy machine needs; the default of a second measures the machine. */
const patient = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };

/** One project a workspace; `npx vitest run --project bridge` runs one of them. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: 'bridge', include: ['bridge/**/*.test.ts'], ...patient } },
      { test: { name: 'sandbox', include: ['sandbox/**/*.test.ts'], ...patient } },
      { test: { name: 'bots', include: ['bots/**/*.test.ts'], setupFiles: ['bots/test/setup.ts'], ...patient } },
      { test: { name: 'tools', include: ['tools/**/*.test.ts'], testTimeout: 60_000 } },
      'ui/vite.config.ts',
      {
        test: {
          name: 'browser',
          include: ['ui/test/**/*.browser.test.ts'],
          ...patient,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
