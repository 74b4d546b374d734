// The same made-up world for both sides: packages, Planatlas's two databases, and the peer's tables.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, openSync, readdirSync, readFileSync, readSync, closeSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { psql } from "./cluster.mjs";

/** Where the made-up land lies, and the box that a search looks into. */
const SCALES = {
  city: { bounds: [112.0, 34.7, 113.5, 35.4], window: [0.8, 0.4], from: "2025-M01" },
  province: { bounds: [110.0, 31.0, 117.0, 36.5], window: [1.5, 1.0], from: "2025-M01" },
  nation: { bounds: [75.0, 18.0, 135.0, 53.0], window: [6.0, 4.0], from: "2025-M01" },
};

const step = (text) => console.error(`… ${text}`);

/** Makes what is not there yet; a folder that holds it all is taken as it is. `own` leaves PostgreSQL out. */
export function prepare({ binary, folder, scale, seed, cluster, own = false }) {
  const packages = join(folder, "packages");
  if (!existsSync(join(packages, "head", "datapackage.json"))) {
    step(`generating ${scale}, seed ${seed}`);
    execFileSync(binary, ["generate", "--scale", scale, "--seed", String(seed), packages], { stdio: "ignore" });
  }
  const states = ["head", "month-01"].map((name) => join(packages, name));
  const file = join(folder, "planatlas.db");
  const done = (name) => join(folder, `${name}.done`);
  const once = (name, make) => {
    if (existsSync(done(name))) return;
    step(name);
    make();
    writeFileSync(done(name), "");
  };
  const load = (database) =>
    execFileSync(binary, ["import", ...states, "--database", database], { stdio: ["ignore", "ignore", "inherit"] });
  once("sqlite", () => {
    for (const tail of ["", "-wal", "-shm"]) rmSync(file + tail, { force: true });
    load(`sqlite:${file}`);
  });
  if (!own) once("postgres", () => {
    psql(cluster.url("postgres"), ["-c", "DROP DATABASE IF EXISTS planatlas_bench"]);
    psql(cluster.url("postgres"), ["-c", "CREATE DATABASE planatlas_bench"]);
    load(cluster.url("planatlas_bench"));
    psql(cluster.url("planatlas_bench"), ["-c", "VACUUM ANALYZE"]);
  });
  if (!own) once("peer", () => {
    psql(cluster.url("postgres"), ["-c", "DROP DATABASE IF EXISTS planatlas_peer"]);
    psql(cluster.url("postgres"), ["-c", "CREATE DATABASE planatlas_peer"]);
    stage(cluster.url("planatlas_peer"), states);
    psql(cluster.url("planatlas_peer"), ["-f", new URL("load.sql", import.meta.url).pathname]);
    psql(cluster.url("planatlas_peer"), ["-c", "VACUUM ANALYZE"]);
  });
  const sheet = (name) => readFileSync(join(packages, "head", `${name}.csv`), "utf8").trim().split("\n").slice(1);
  const codes = (name) => sheet(name).map((line) => line.split(",")[0]);
  const zones = codes("zones");
  return {
    ...SCALES[scale],
    sqlite: `sqlite:${file}`,
    postgres: own ? undefined : cluster.url("planatlas_bench"),
    peer: own ? undefined : cluster.url("planatlas_peer"),
    plan: codes("plans")[0],
    indicators: codes("indicators").map((code, at) => ({ id: at + 1, code })),
    // The first region is the land itself.
    counties: codes("regions").length - 1,
    zones: zones.length,
    zone: (number) => zones[number],
  };
}

/** A copy of the SQLite file with one more revision: the figures of the next month. */
export function later({ binary, folder, world }) {
  const file = join(folder, "later.db");
  if (!existsSync(join(folder, "later.done"))) {
    step("later");
    for (const tail of ["", "-wal", "-shm"]) rmSync(file + tail, { force: true });
    // Nobody writes to it, so all of it is in this one file.
    copyFileSync(world.sqlite.slice("sqlite:".length), file);
    const month = join(folder, "packages", "month-02");
    execFileSync(binary, ["import", month, "--database", `sqlite:${file}`], { stdio: ["ignore", "ignore", "inherit"] });
    writeFileSync(join(folder, "later.done"), "");
  }
  return `sqlite:${file}`;
}

/** Copies every sheet of the packages into the schema `staged`, each column a text, and their outlines line by line. */
function stage(url, states) {
  const script = ["DROP SCHEMA IF EXISTS staged CASCADE;", "CREATE SCHEMA staged;"];
  script.push("CREATE UNLOGGED TABLE staged.outlines (line TEXT);");
  const made = new Set();
  for (const folder of states) {
    for (const name of readdirSync(folder)) {
      const path = join(folder, name).replaceAll("'", "''");
      if (name.endsWith(".geojson")) {
        const plain = String.raw`(FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02')`;
        script.push(String.raw`\copy staged.outlines FROM '${path}' WITH ${plain}`);
      } else if (name.endsWith(".csv")) {
        const table = `staged.${basename(name, ".csv")}`;
        const columns = head(join(folder, name)).split(",");
        if (!made.has(table)) {
          script.push(`CREATE UNLOGGED TABLE ${table} (${columns.map((column) => `"${column}" TEXT`).join(", ")});`);
        }
        made.add(table);
        script.push(String.raw`\copy ${table} FROM '${path}' WITH (FORMAT csv, HEADER)`);
      }
    }
  }
  const file = join(states[0], "..", "stage.sql");
  writeFileSync(file, script.join("\n"));
  psql(url, ["-f", file]);
}

/** The first line of a file that may be large. */
function head(path) {
  const file = openSync(path, "r");
  const bytes = Buffer.alloc(4096);
  const read = readSync(file, bytes);
  closeSync(file);
  return bytes.toString("utf8", 0, read).split("\n")[0].trim();
}
