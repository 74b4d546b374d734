// The real binary over the invented package, for clients to talk to.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');
const binary = resolve(process.env.PLANATLAS_BIN ?? join(root, 'target/debug/planatlas'));

/** Serves a package until `stop()`; `revise()` makes a new revision of it. */
export async function serve({ packages = ['tests/fixtures/riverton'], options = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'planatlas-clients-'));
  const copies = packages.map((path, at) => {
    const copy = join(folder, `package-${at}`);
    cpSync(join(root, path), copy, { recursive: true });
    return copy;
  });
  const database = `sqlite:${join(folder, 'atlas.db')}`;
  const load = () => execFileSync(binary, ['import', ...copies, '--database', database], { stdio: 'pipe' });
  load();
  const arguments_ = ['serve', '--listen', '127.0.0.1:0', '--database', database, '--today', '2026-11-23', ...options];
  const child = spawn(binary, arguments_, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((found, failed) => {
    child.stdout.on('data', (chunk) => {
      const address = /http:\/\/[\d.:]+/.exec(String(chunk));
      if (address) found(address[0]);
    });
    child.on('exit', (code) => failed(new Error(`the server ended with ${code} before it listened`)));
  });
  let number = 1;
  return {
    url,
    graphql: `${url}/graphql`,
    socket: `${url.replace('http', 'ws')}/graphql`,
    pid: child.pid,
    /** Renames the first region, imports, and answers the new revision's number. */
    revise() {
      const file = join(copies[0], 'regions.csv');
      const text = readFileSync(file, 'utf8');
      const renamed = text.replace(/河湾\d*市/, `河湾${number}市`);
      if (renamed === text) throw new Error('nothing to rename');
      writeFileSync(file, renamed);
      load();
      number += 1;
      return number;
    },
    async stop() {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
