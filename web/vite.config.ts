import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// Where `npm run dev` finds the platform: the gateway of a running stack.
const gateway = process.env.QR_GATEWAY_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // light-dark() stays as it is written.
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'],
    // An inlined file would be a data: address, which the content policy refuses for everything but pictures.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700, // ECharts, in a chunk of its own that loads after the figures are there
  },
  server: {
    proxy: Object.fromEntries(['/v1', '/auth', '/health'].map((path) => [path, { target: gateway, changeOrigin: true }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
