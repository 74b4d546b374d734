import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, runnerImport, type Plugin } from 'vite';

// PLANATLAS_API names a running server while developing; the built page asks its own origin.
const api = process.env.PLANATLAS_API ?? 'http://127.0.0.1:8080';

const strict =
  "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'";
/** The built page runs only what came from its own server. Left out while developing: hot reloading writes styles inline. */
const policy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: (_, { filename }) => [
    {
      tag: 'meta',
      attrs: {
        'http-equiv': 'Content-Security-Policy',
        // GraphiQL's editor writes its styles into the page and its style sheet carries its fonts; its scripts are held to the same rule as ours.
        content: filename.endsWith('graphiql.html')
          ? `${strict}; style-src 'self' 'unsafe-inline'; font-src 'self' data:`
          : strict,
      },
      injectTo: 'head-prepend',
    },
  ],
};

/** The questions of the page as it sends them, so that the server knows each by the hash of its text. */
const documents: Plugin = {
  name: 'stored-documents',
  apply: 'build',
  async generateBundle() {
    const { module } = await runnerImport<Record<string, unknown>>('./src/gql/graphql.ts');
    const texts = Object.entries(module).filter(([name, text]) => name.endsWith('Document') && text instanceof String);
    const source = JSON.stringify(texts.map(([, text]) => String(text)));
    this.emitFile({ type: 'asset', fileName: 'documents.json', source });
  },
};

export default defineConfig({
  plugins: [svelte(), policy, documents],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: ['index.html', 'graphiql.html'] },
  },
  server: { proxy: { '/graphql': api } },
});
