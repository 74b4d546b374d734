import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const binary = resolve(process.env.PLANATLAS_BIN ?? join(root, 'target/debug/planatlas'));

/** Imports packages into a database of its own and serves them on a free port; answers once it is ready. */
async function serve(folder: string, name: string, packages: string[]): Promise<{ url: string; child: ChildProcess }> {
  const database = `sqlite:${join(folder, `${name}.db`)}`;
  execFileSync(binary, ['import', ...packages.map((p) => join(root, p)), '--database', database], { stdio: 'pipe' });
  const child = spawn(binary, ['serve', '--listen', '127.0.0.1:0', '--database', database, '--today', '2026-01-31'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((found, failed) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const address = /http:\/\/[\d.:]+/.exec(text);
      if (address) found(address[0]);
    });
    child.on('exit', (code) => failed(new Error(`${name}: the server ended with ${code} before it listened`)));
  });
  for (let left = 300; ; left -= 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return { url, child };
    if (left === 0) throw new Error(`${name}: not ready`);
    await new Promise((again) => setTimeout(again, 100));
  }
}

/** Runs before all tests: the real plan with its sample overlay, and a second plan that nothing in the page knows. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.PLANATLAS_URL) return async () => {};
  if (!existsSync(binary)) throw new Error(`No binary at ${binary}: build it, or name it in PLANATLAS_BIN.`);
  const folder = mkdtempSync(join(tmpdir(), 'planatlas-page-'));
  const started = await Promise.all([
    serve(folder, 'atlas', ['geodata/shangqiu', 'geodata/sample']),
    serve(folder, 'riverton', ['tests/fixtures/riverton']),
  ]);
  process.env.PLANATLAS_URL = started[0].url;
  process.env.PLANATLAS_OTHER_URL = started[1].url;
  return async () => {
    await Promise.all(
      started.map(({ child }) => {
        const ended = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        return ended;
      }),
    );
    rmSync(folder, { recursive: true, force: true });
  };
}
