// What a Planatlas takes by itself: an import of the newest state into an empty file, a start on it, and memory as more
// and more is asked. Linux tells it in /proc.
import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { block, drain, seconds } from "./measure.mjs";
import { address } from "./tiles.mjs";

/** What is allowed: seconds and MB of an import, seconds of a start, MB of a server that are no file's. */
const BARS = { nation: { import: 60, importMb: 400, start: 2, mb: 512 }, city: { mb: 120 } };
/** Kinds of points that tiles are drawn of. */
const POINTS = ["projects", "enterprises"];

/** MB of a process: those that are no file's now, and the most of all that it had in memory. */
function megabytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return { anonymous: of("RssAnon"), most: of("VmHWM") };
}

/** Imports the newest state into a file of its own. */
async function imported({ binary, folder }) {
  const file = join(folder, "import.db");
  const clear = () => ["", "-wal", "-shm"].forEach((tail) => rmSync(file + tail, { force: true }));
  clear();
  const begun = process.hrtime.bigint();
  const head = join(folder, "packages", "head");
  const work = spawn(binary, ["import", head, "--database", `sqlite:${file}`], { stdio: "ignore" });
  let ended;
  work.on("exit", (code) => (ended = code));
  const told = { anonymous: 0, most: 0, cpu: 0 };
  while (ended === undefined) {
    try {
      const { anonymous, most } = megabytes(work.pid);
      const cpu = seconds(work.pid);
      for (const [name, now] of Object.entries({ anonymous, most, cpu })) told[name] = Math.max(told[name], now);
    } catch {
      // It has ended in between.
    }
    await sleep(20);
  }
  const wall = Number(process.hrtime.bigint() - begun) / 1e9;
  clear();
  if (ended !== 0) throw new Error(`the import ended with ${ended}`);
  return { ...told, wall };
}

/** Prints both. `bodies(name)` makes requests of a question, each unlike the others. */
export async function memory({ binary, folder, scale, planatlas, world, names, bodies, table, time }) {
  const bars = BARS[scale] ?? {};
  const allowed = (bar, unit = "") => (bar === undefined ? "" : ` (${bar}${unit})`);
  const one = await imported({ binary, folder });
  console.log(`## Import of the ${scale}'s newest state into an SQLite file (bar)\n`);
  table(
    ["wall", "CPU", "most memory", "of it no file's"],
    [[
      `${one.wall.toFixed(1)} s${allowed(bars.import, " s")}`,
      `${one.cpu.toFixed(1)} s`,
      `${one.most.toFixed(0)} MB${allowed(bars.importMb, " MB")}`,
      `${one.anonymous.toFixed(0)} MB`,
    ]],
  );
  const begun = process.hrtime.bigint();
  const side = await planatlas("Planatlas on SQLite", world.sqlite);
  const start = Number(process.hrtime.bigint() - begun) / 1e9;
  const rows = [];
  const tell = async (after) => {
    await drain(side);
    const { anonymous, most } = megabytes(side.pid);
    rows.push([after, `${anonymous.toFixed(0)}${allowed(bars.mb)}`, most.toFixed(0)]);
  };
  await tell(`a start, which took ${start.toFixed(2)} s${allowed(bars.start, " s")}`);
  for (const name of names) {
    await block(side, bodies(name), { time });
    await tell(`${time} s of ${name}`);
  }
  for (const layer of POINTS) {
    await block(side, await tilesOf(side, layer, world), { time });
    await tell(`${time} s of tiles of ${layer}`);
  }
  for (const name of names) await block(side, bodies(name), { time });
  await tell("all questions once more");
  console.log(`## Memory of a server, MB that are no file's (bar)\n`);
  table(["after", "now", "most of all at any time"], rows);
}

/** Tiles of a layer at zooms 5 to 9, from afar to near. */
async function tilesOf(side, layer, { bounds: [west, south, east, north] }) {
  const path = await address(side, layer);
  const column = (lon, z) => Math.floor(((lon + 180) / 360) * 2 ** z);
  const row = (lat, z) => {
    const y = Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI;
    return Math.floor(((1 - y) / 2) * 2 ** z);
  };
  const paths = [5, 6, 7, 8, 9].flatMap((z) => {
    const [columns, rows] = [[column(west, z), column(east, z)], [row(north, z), row(south, z)]];
    const of = ([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
    return of(columns).flatMap((x) => of(rows).map((y) => path.replace("{z}", z).replace("{x}", x).replace("{y}", y)));
  });
  let at = 0;
  return () => paths[at++ % paths.length];
}
