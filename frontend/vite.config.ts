import { svelte } from '@sveltejs/vite-plugin-svelte';
import { createHash } from 'node:crypto';
import { defineConfig, runnerImport, type Plugin } from 'vite';

// PLANATLAS_API names a running server while developing; the built page asks its own origin.
const api = process.env.PLANATLAS_API ?? 'http://127.0.0.1:8080';

/** The questions of the page as it sends them, by name. */
async function questions(): Promise<[name: string, text: string][]> {
  const { module } = await runnerImport<Record<string, unknown>>('./src/gql/graphql.ts');
  return Object.entries(module)
    .filter(([name, text]) => name.endsWith('Document') && text instanceof String)
    .map(([name, text]) => [name.replace(/Document$/, ''), String(text)]);
}
/** The server knows each of them by the hash of its text. */
const documents: Plugin = {
  name: 'stored-documents',
  apply: 'build',
  async generateBundle() {
    const source = JSON.stringify((await questions()).map(([, text]) => text));
    this.emitFile({ type: 'asset', fileName: 'documents.json', source });
  },
};
/** The hashes of those that are tables to take away, so that the page can link to them: `src/data/tables.d.ts`. */
const tables: Plugin = {
  name: 'tables',
  resolveId: (id) => (id === 'virtual:tables' ? `\0${id}` : undefined),
  async load(id) {
    if (id !== '\0virtual:tables') return undefined;
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const found = (await questions()).filter(([name]) => name.endsWith('Table'));
    return `export const hashes = ${JSON.stringify(Object.fromEntries(found.map(([name, text]) => [name, hash(text)])))};`;
  },
};

export default defineConfig({
  plugins: [svelte(), documents, tables],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: ['index.html', 'graphiql.html'] },
  },
  server: { proxy: { '/graphql': api, '/q': api, '/tiles': api, '/basemap': api } },
});
