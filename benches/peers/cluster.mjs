// A PostgreSQL server of our own in a folder that is kept, so that a nation is loaded once; or one that is there already.
import { execFileSync, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

/** As somebody sets up PostgreSQL for reading on a small machine; nothing is to survive a crash. */
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "1GB",
  effective_cache_size: "4GB",
  work_mem: "32MB",
  maintenance_work_mem: "256MB",
  random_page_cost: "1.1",
  max_wal_size: "4GB",
  jit: "off",
  fsync: "off",
  // Statistics are taken once after loading; nothing works in the background while something is measured.
  autovacuum: "off",
};

/** Where PostgreSQL's programs are. */
function programs() {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, "bin")), ...process.env.PATH.split(":")];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (!found) throw new Error("No PostgreSQL here: tests/tools.sh installs it with PostGIS.");
  return found;
}

const isRoot = process.getuid() === 0;

/** Runs one of them as a user that PostgreSQL lets run a server: not root. */
function run(program, options) {
  const path = join(programs(), program);
  const [command, all] = isRoot ? ["runuser", ["-u", "postgres", "--", path, ...options]] : [path, options];
  const done = spawnSync(command, all, { cwd: "/", stdio: ["ignore", "ignore", "pipe"], encoding: "utf8" });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.stderr}`);
}

/** A port that nobody listens on. */
export const port = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Starts the server of a folder, made where there is none. */
export async function start(folder) {
  const data = join(folder, "data");
  if (!existsSync(data)) {
    mkdirSync(folder, { recursive: true });
    if (isRoot) chownSync(folder, ...["-u", "-g"].map((of) => Number(execFileSync("id", [of, "postgres"]))));
    run("initdb", ["--auth=trust", "--username=planatlas", "--encoding=UTF8", "--locale=C", "--no-sync", "-D", data]);
  }
  const at = await port();
  const settings = Object.entries({ ...SETTINGS, port: at }).map(([name, value]) => `-c ${name}='${value}'`);
  run("pg_ctl", ["start", "-w", "-t", "120", "-D", data, "-l", join(folder, "log"), "-o", settings.join(" ")]);
  return {
    url: (name) => `postgres://planatlas@127.0.0.1:${at}/${name}`,
    pid: Number(readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[0]),
    stop: () => run("pg_ctl", ["stop", "-m", "fast", "-D", data]),
  };
}

/** A server that runs on this machine already, reached by the address of a user who may make databases. */
export function existing(address) {
  const url = (name) => Object.assign(new URL(address), { pathname: `/${name}` }).href;
  const pid = Number(psql(url("postgres"), ["-Atc", "SELECT pg_read_file('postmaster.pid')"]).split("\n")[0]);
  return { url, pid, stop: () => {} };
}

/** Runs psql; what it prints. */
export function psql(url, options) {
  const done = spawnSync(join(programs(), "psql"), ["-X", "-q", "-v", "ON_ERROR_STOP=1", ...options, url], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (done.status !== 0) throw new Error(`psql: ${done.stderr}`);
  return done.stdout;
}
