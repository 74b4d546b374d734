// Lighthouse over every view: accessibility, best practices and SEO must be 100, on a phone and on a desk.
// `make check-lighthouse` installs it beside the build and starts this; PLANATLAS_URL names a server that already runs.
import { spawn, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(import.meta.dirname, '../..');
const home = process.env.LIGHTHOUSE_HOME ?? join(root, 'target/lighthouse');
const require = createRequire(join(home, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const { default: lighthouse, desktopConfig } = await load('lighthouse');
const { launch } = await load('chrome-launcher');

const views = [
  '/?select=region:411424',
  '/?view=table',
  '/indicators',
  '/indicators/industrial-va-growth',
  '/ledger',
  '/tasks/10',
  '/zones',
  '/zones/zhecheng',
  '/regions/411424',
  '/compare?zones=zhecheng,minquan',
  '/projects',
  '/industry',
  '/editions',
  '/editions/r1/',
  '/plan',
  '/data',
  '/screen?hold=1',
  '/parts',
];
const categories = ['accessibility', 'best-practices', 'seo'];

/** A server of its own over the real plan and its sample overlay. */
async function serve() {
  const binary = resolve(process.env.PLANATLAS_BIN ?? join(root, 'target/debug/planatlas'));
  const place = mkdtempSync(join(tmpdir(), 'planatlas-lighthouse-'));
  const database = `sqlite:${join(place, 'atlas.db')}`;
  const packages = ['geodata/shangqiu', 'geodata/sample'].map((path) => join(root, path));
  execFileSync(binary, ['import', ...packages, '--database', database], { stdio: 'pipe' });
  const child = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--database', database, '--today', '2026-01-31'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((found, failed) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const address = /http:\/\/[\d.:]+/.exec(text);
      if (address) found(address[0]);
    });
    child.on('exit', (code) => failed(new Error(`the server ended with ${code} before it listened`)));
  });
  for (let left = 300; !(await fetch(`${url}/readyz`).catch(() => undefined))?.ok; left -= 1) {
    if (left === 0) throw new Error('the server is not ready');
    await new Promise((again) => setTimeout(again, 100));
  }
  const stop = () =>
    new Promise((done) => {
      child.once('exit', done);
      child.kill('SIGTERM');
    }).then(() => rmSync(place, { recursive: true, force: true }));
  return { url, stop };
}

const served = process.env.PLANATLAS_URL ? { url: process.env.PLANATLAS_URL, stop: () => {} } : await serve();
const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const chromePath = process.env.PLANATLAS_CHROMIUM ?? browsers.find((path) => existsSync(path));
const chrome = await launch({
  ...(chromePath ? { chromePath } : {}),
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-3d-apis'],
});
const wanted = process.argv.slice(2);
const faults = [];
try {
  for (const [k, view] of views.entries()) {
    if (wanted.length && !wanted.some((part) => view.startsWith(part))) continue;
    // Every view in both languages; on a phone and on a desk by turns.
    for (const lang of ['zh', 'en']) {
      const desk = (k + (lang === 'en' ? 1 : 0)) % 2 === 0;
      const url = `${served.url}${view}${view.includes('?') ? '&' : '?'}lang=${lang}`;
      const options = { port: chrome.port, onlyCategories: categories, logLevel: 'silent' };
      const { lhr } = await lighthouse(url, options, desk ? desktopConfig : undefined);
      const scores = categories.map((id) => Math.round((lhr.categories[id].score ?? 0) * 100));
      console.log(`${scores.join(' ')}  ${desk ? 'desk ' : 'phone'} ${lang} ${view}`);
      if (lhr.runtimeError) faults.push(`${view} ${lang}: ${lhr.runtimeError.message}`);
      for (const id of categories) {
        for (const { id: audit, weight } of lhr.categories[id].auditRefs) {
          const { score, title, details } = lhr.audits[audit];
          if (!weight || score === null || score === 1) continue;
          const items = (details?.items ?? []).slice(0, 4);
          const shown = items.map((i) => i.node?.snippet ?? i.description ?? i.url ?? JSON.stringify(i).slice(0, 160));
          faults.push(`${view} ${lang}: ${title} (${audit})\n    ${shown.join('\n    ')}`);
        }
      }
    }
  }
} finally {
  chrome.kill();
  await served.stop();
}
if (faults.length) {
  console.error(`\n${faults.join('\n')}`);
  process.exit(1);
}
