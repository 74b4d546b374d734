import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// PLANATLAS_API names a running server while developing; the built page asks its own origin.
const api = process.env.PLANATLAS_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [svelte()],
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0, chunkSizeWarningLimit: 1200 },
  server: { proxy: { '/graphql': api } },
});
