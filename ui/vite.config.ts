import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

/** Address of a running bridge (`npm start`); the dev server hands what the bridge serves on to it. */
const bridgeUrl = process.env.BRIDGE_URL ?? 'http://127.0.0.1:8100';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: {
    host: '127.0.0.1',
    proxy: { '/config.json': bridgeUrl, '/readyz': bridgeUrl, '/api': bridgeUrl, '/board': bridgeUrl },
  },
  test: {
    name: 'ui',
    include: ['src/**/*.test.{ts,tsx}'],
    environment: 'jsdom',
    setupFiles: ['./test/setup.ts'],
    css: false,
    testTimeout: 30_000,
  },
});
