import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const binary = resolve(process.env.PLANATLAS_BIN ?? join(root, 'target/debug/planatlas'));

const fixture = (path: string): string => join(root, path);

/** Runs a command of the binary to its end. */
export const planatlas = (...args: string[]): string =>
  execFileSync(binary, args, { stdio: 'pipe', cwd: root }).toString();

/** A database that is served, and what a test may do with it meanwhile. */
export interface Served {
  url: string;
  database: string;
  stop: () => Promise<void>;
}

/** Serves a database on a free port; answers once it is ready. */
export async function serve(database: string, today = '2026-01-31', more: string[] = []): Promise<Served> {
  const asked = ['serve', '--listen', '127.0.0.1:0', '--database', database, '--today', today, ...more];
  const child = spawn(binary, asked, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((found, failed) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const address = /http:\/\/[\d.:]+/.exec(text);
      if (address) found(address[0]);
    });
    child.on('exit', (code) => failed(new Error(`${database}: the server ended with ${code} before it listened`)));
  });
  const stop = (): Promise<void> =>
    new Promise((done) => {
      child.once('exit', () => done());
      child.kill('SIGTERM');
    });
  for (let left = 300; ; left -= 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => undefined);
    if (ready?.ok) return { url, database, stop };
    if (left === 0) throw new Error(`${database}: not ready`);
    await new Promise((again) => setTimeout(again, 100));
  }
}

/** A folder of a test's own; gone when the test is. */
export function folder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'planatlas-page-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A copy of a package with some lines of its tables replaced; with nothing in its place, a line is left out. */
export function changed(package_: string, to: string, table: string, lines: Record<string, string>): string {
  cpSync(fixture(package_), to, { recursive: true });
  const file = join(to, table);
  let text = readFileSync(file, 'utf8');
  for (const [old, now] of Object.entries(lines)) {
    if (!text.includes(`${old}\n`)) throw new Error(`${table} has no line ${old}`);
    text = text.replace(`${old}\n`, now && `${now}\n`);
  }
  writeFileSync(file, text);
  return to;
}

/** Imports packages of the repository into a database of its own and serves it. */
async function imported(path: string, name: string, packages: string[]): Promise<Served> {
  const database = `sqlite:${join(path, `${name}.db`)}`;
  planatlas('import', ...packages.map(fixture), '--database', database);
  return serve(database);
}

/** Runs before all tests: the real plan with its sample overlay, and a second plan that nothing in the page knows. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env.PLANATLAS_URL) return async () => {};
  if (!existsSync(binary)) throw new Error(`No binary at ${binary}: build it, or name it in PLANATLAS_BIN.`);
  const { path, remove } = folder();
  const started = await Promise.all([
    imported(path, 'atlas', ['geodata/shangqiu', 'geodata/sample']),
    imported(path, 'riverton', ['tests/fixtures/riverton']),
  ]);
  process.env.PLANATLAS_URL = started[0].url;
  process.env.PLANATLAS_OTHER_URL = started[1].url;
  return async () => {
    await Promise.all(started.map(({ stop }) => stop()));
    remove();
  };
}
