// Cold tiles against martin, where martin is found on the PATH: the same features with the same attributes, each tile
// asked once of servers that have just started.
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

import { port, psql } from "./cluster.mjs";
import { ask, block, median } from "./measure.mjs";

/** Tiles of a set at most, and at least: of fewer nothing can be told. */
const [MOST, LEAST] = [400, 20];
/** What may differ: names and heaps so near the side of a tile or cell that each puts them elsewhere. */
const SIDES = 0.02;

/** What is asked: a layer of ours, what martin shows instead, and at which zoom. */
const SETS = [
  { title: "z6 projects, each by itself", layer: "project_points", source: "project_points", zoom: 6 },
  { title: "z6 projects, in heaps", layer: "projects", source: "heaps", zoom: 6 },
  { title: "z11 projects, each by itself", layer: "projects", source: "project", zoom: 11 },
  { title: "z6 counties, labels", layer: "regions", source: "county_6,county_label", zoom: 6 },
  { title: "z8 counties, labels", layer: "regions", source: "county_8,county_label", zoom: 8 },
];

/** The fullest tiles of a zoom, those of less than half as many projects as the fullest left out. */
function fullest(world, zoom) {
  const [half, side] = ["20037508.342789244", `(40075016.685578488 / 2 ^ ${zoom})`];
  const [column, row] = [`(ST_X(geom) + ${half})`, `(${half} - ST_Y(geom))`].map((at) => `floor(${at} / ${side})::int`);
  const order = `GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ${MOST}`;
  const query = `SELECT ${column}, ${row}, count(*) FROM tiles.project ${order}`;
  const lines = psql(world.peer, ["-At", "-F", " ", "-c", query]).trim().split("\n");
  const rows = lines.map((line) => line.split(" ").map(Number));
  return rows.filter(([, , count]) => count * 2 >= rows[0][2]).map(([x, y]) => ({ z: zoom, x, y }));
}

/** martin's settings: no cache, and nothing published but what is asked. JSON is YAML too. */
function settings(world, listen) {
  const table = (name, kind, layer, buffer, properties) => ({
    layer_id: layer, schema: "tiles", table: name, srid: 3857, geometry_column: "geom", geometry_type: kind,
    id_column: "id", extent: 4096, buffer, properties,
  });
  const [text, flag] = ["text", "bool"];
  const project = { code: text, name: text, nameEn: text, stage: text, sample: flag };
  const region = { code: text, name: text, nameEn: text, kind: text, accuracy: text, sample: flag };
  const tables = {
    project: table("project", "POINT", "projects", 0, project),
    project_points: table("project", "POINT", "project_points", 0, project),
    county_6: table("county_6", "MULTIPOLYGON", "regions", 128, region),
    county_8: table("county_8", "MULTIPOLYGON", "regions", 128, region),
    county_label: table("county_label", "POINT", "regions_label", 0, region),
  };
  const functions = { heaps: { schema: "tiles", function: "heaps" } };
  const postgres = { connection_string: world.peer, auto_publish: false, auto_bounds: "skip", tables, functions };
  return JSON.stringify({ listen_addresses: `127.0.0.1:${listen}`, cache_size_mb: 0, postgres });
}

/** The address of a layer's tiles in its newest state, as a path. */
export async function address(side, layer) {
  const { tiles } = JSON.parse((await ask(side, `/tiles/${layer}.json`)).body);
  return tiles[0].replace(/^https?:\/\/[^/]*/, "");
}

/** All sides as servers that can be started anew, with the path of a tile of a set. */
function sides(world, cluster, { home, serve, planatlas }) {
  const ours = (name, database, of) => ({
    name,
    start: async () => {
      const side = await planatlas(name, database, of);
      const paths = {};
      for (const layer of new Set(SETS.map((set) => set.layer))) paths[layer] = await address(side, layer);
      const path = (set, { z, x, y }) => paths[set.layer].replace("{z}", z).replace("{x}", x).replace("{y}", y);
      return { ...side, path };
    },
  });
  const martin = {
    name: "martin",
    start: async () => {
      const [listen, file] = [await port(), join(home, "martin.yaml")];
      writeFileSync(file, settings(world, listen));
      const server = await serve("martin", ["--config", file], { until: /now active/ });
      const path = (set, { z, x, y }) => `/${set.source}/${z}/${x}/${y}`;
      return { name: "martin", port: listen, pid: server.pid, server, database: cluster.pid, path };
    },
  };
  return [martin, ours("Planatlas on PostgreSQL", world.postgres, cluster), ours("Planatlas on SQLite", world.sqlite)];
}

async function end(side) {
  const ended = once(side.server, "exit");
  side.server.kill();
  await ended;
}

/** A tile as somebody sees it: of each feature its layer, attributes and geometry. */
async function seen(side, set, tile) {
  const { body } = await ask(side, side.path(set, tile));
  const features = [];
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(body)).layers)) {
    for (let at = 0; at < layer.length; at += 1) {
      const feature = layer.feature(at);
      const properties = Object.entries(feature.properties).sort(([a], [b]) => (a < b ? -1 : 1));
      // Each side puts a name where it finds the most room.
      const [free, heap] = [name.endsWith("_label"), "point_count" in feature.properties];
      features.push({ is: JSON.stringify([name, properties]), points: feature.loadGeometry().flat(), free, heap });
    }
  }
  return features;
}

/** Features that are not the same in two tiles: of other attributes, or elsewhere. */
function apart(theirs, ours) {
  const held = new Map();
  for (const one of theirs) held.set(one.is, [...(held.get(one.is) ?? []), one]);
  let count = theirs.length + ours.length;
  for (const one of ours) {
    const same = held.get(one.is)?.pop();
    if (same && (one.free || near(one.points, same.points))) count -= 2;
  }
  return count;
}

/** Whether the boxes around two geometries differ by no more than rounding, and outlines by what each may be off. */
function near(one, other) {
  const reach = one.length > 1 ? 5 : 1;
  const ends = (list) => [Math.min(...list), Math.max(...list)];
  const box = (points) => ["x", "y"].flatMap((axis) => ends(points.map((point) => point[axis])));
  const around = box(other);
  return box(one).every((side, at) => Math.abs(side - around[at]) <= reach);
}

/** Whether our servers hold what martin holds; features of martin in all tiles, and whether ours are heaps instead. */
async function agree(set, tiles, [martin, ...ours]) {
  let [features, held, differing, heaps] = [0, 0, 0, false];
  for (const tile of tiles) {
    const theirs = await seen(martin, set, tile);
    features += theirs.length;
    for (const side of ours) {
      const own = await seen(side, set, tile);
      heaps ||= own.some((one) => one.heap) && !theirs.some((one) => one.heap);
      held += theirs.length + own.length;
      differing += apart(theirs, own);
    }
  }
  const share = differing / held;
  if (!heaps && share > SIDES) throw new Error(`${set.title}: ${differing} of ${held} features differ from martin's`);
  return { features, heaps, alike: heaps ? 0 : 1 - share };
}

/** Says that martin is not here, or compares. */
export async function tiles(world, cluster, how) {
  const { table, ms, rounds } = how;
  console.log("## Cold tiles\n");
  const version = spawnSync("martin", ["--version"], { encoding: "utf8" });
  if (version.status !== 0) {
    console.log("martin is not on the PATH: tiles were not compared.\n");
    return;
  }
  const all = sides(world, cluster, how);
  const rows = [];
  for (const set of SETS) {
    const asked = fullest(world, set.zoom);
    const before = fullest(world, set.zoom + 1);
    if (asked.length < LEAST) {
      console.log(`${set.title}: only ${asked.length} tiles, too few to tell.\n`);
      continue;
    }
    const started = [];
    for (const side of all) started.push(await side.start());
    const told = await agree(set, asked, started);
    for (const side of started) await end(side);
    const cells = all.map(() => []);
    for (let round = 0; round < rounds; round += 1) {
      for (const [at, side] of all.entries()) {
        const server = await side.start();
        const each = (list) => {
          const paths = list.map((tile) => server.path(set, tile));
          return block(server, () => paths.pop(), { time: Infinity, most: list.length });
        };
        // What a server keeps besides tiles is warm: others are asked first.
        await each(before);
        cells[at].push(await each(asked));
        await end(server);
      }
    }
    const of = cells.map((list) => {
      const middle = (what) => median(list.map((cell) => cell[what]));
      return { server: middle("server"), database: middle("database"), bytes: middle("bytes") };
    });
    const row = [set.title, String(asked.length), (told.features / asked.length).toFixed(0)];
    row.push(told.heaps ? "no: ours are heaps" : `${(told.alike * 100).toFixed(1)} %`);
    for (const cell of of) {
      row.push(`${ms(cell.server)} + ${ms(cell.database)}`, (cell.bytes / 1000).toFixed(1));
      if (cell === of[0]) continue;
      const times = (of[0].server + of[0].database) / (cell.server + cell.database);
      row.push(told.heaps ? "–" : `${times.toFixed(2)} ×`);
    }
    rows.push(row);
    console.error(`… ${set.title} measured`);
  }
  const head = ["tiles", "how many", "features each", "the same"];
  for (const [at, side] of all.entries()) {
    head.push(`${side.name}: server + database`, "kB", ...(at === 0 ? [] : ["times less"]));
  }
  if (rows.length === 0) return;
  console.log(`CPU ms per tile, ${version.stdout.trim()}: medians of ${rounds} blocks in turn\n`);
  table(head, rows);
}
