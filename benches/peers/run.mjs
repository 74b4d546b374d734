// Compares Planatlas with PostGraphile on the same data. `node run.mjs --help` says how.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { existing, port, start } from "./cluster.mjs";
import { ask, block, median, share } from "./measure.mjs";
import { memory } from "./memory.mjs";
import { drawing, questions } from "./questions.mjs";
import { tiles } from "./tiles.mjs";
import { later, prepare } from "./world.mjs";

const HELP = `node run.mjs [options]
  --binary FILE       the planatlas to measure (target/release/planatlas)
  --fixed FILE        the server of finished bytes (target/peers/release/fixed)
  --scale SCALE       city, province or nation (city)
  --seed N            seed of the made-up world, and of what is asked (1)
  --folder DIR        where data and databases are kept for the next run (a folder of scale and seed in the system's
                      temporary one)
  --postgres URL      a PostgreSQL with PostGIS on this machine, its user a superuser, instead of one of our own; the
                      databases planatlas_bench and planatlas_peer are made anew there
  --questions LIST    some of Q1,Q2,Q3,Q4,Q5,Q6
  --rounds N, --seconds N   blocks of each side, and how long each lasts (3, 2)
  --only LIST         some of peers, repeat, tail, past, growth, tiles, memory`;

const { values: options } = parseArgs({
  options: {
    help: { type: "boolean" },
    binary: { type: "string", default: "target/release/planatlas" },
    fixed: { type: "string", default: "target/peers/release/fixed" },
    scale: { type: "string", default: "city" },
    seed: { type: "string", default: "1" },
    folder: { type: "string" },
    postgres: { type: "string" },
    questions: { type: "string", default: Object.keys(questions).join(",") },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    only: { type: "string", default: "peers,repeat,tail,past,growth,tiles,memory" },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

const { scale } = options;
const seed = Number(options.seed);
const rounds = Number(options.rounds);
const time = Number(options.seconds);
const chosen = options.questions.split(",");
const parts = options.only.split(",");
const LARGE = scale === "nation";

/** Times less CPU than PostGraphile: what is aimed at, and the floor. */
const BARS = {
  Q1: LARGE ? [20, 10] : [10, 10],
  Q2: [10, 5],
  Q3: [10, 4],
  Q4: LARGE ? [20, 10] : [10, 5],
  Q5: LARGE ? [20, 10] : [10, 5],
  Q6: LARGE ? [10, 4] : [10, 5],
};

const running = [];
const ended = (process) => process.exitCode !== null || process.signalCode !== null;

/** Starts a server and waits until it says that it listens. */
async function serve(command, args, { environment = {}, until = /./, patience = 600 } = {}) {
  // What PostGraphile says of columns that it passes over is long.
  const log = openSync(join(home, "servers.log"), "a");
  const server = spawn(command, args, { stdio: ["ignore", "pipe", log], env: { ...process.env, ...environment } });
  running.push(server);
  let said = "";
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${command} does not start`)), patience * 1000);
    server.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${said}`)));
    server.stdout.on("data", (part) => {
      said += part;
      if (!until.test(said)) return;
      clearTimeout(late);
      resolve();
    });
  });
  return server;
}

/** Planatlas on a database, to be asked. */
async function planatlas(name, database, cluster) {
  const listen = await port();
  const args = ["serve", "--listen", `127.0.0.1:${listen}`, "--database", database];
  const server = await serve(options.binary, args, { environment: { RUST_LOG: "warn" }, until: /http:/ });
  return { name, port: listen, path: "/graphql", pid: server.pid, server, database: cluster?.pid, form: "ours" };
}

/** PostGraphile needs a newer Node than the rest of this repository: this one, or that of PEERS_NODE. */
const node = () => {
  if (process.env.PEERS_NODE) return process.env.PEERS_NODE;
  if (Number(process.versions.node.split(".")[0]) >= 22) return process.execPath;
  throw new Error(`PostGraphile 5 runs on Node 22 or newer, and this is ${process.version}: name one in PEERS_NODE`);
};

async function postgraphile(world, cluster) {
  const listen = await port();
  const environment = { GRAPHILE_ENV: "production", NODE_ENV: "production" };
  const script = new URL("postgraphile.mjs", import.meta.url).pathname;
  const server = await serve(node(), [script, world.peer, String(listen)], { environment, until: /ready/ });
  return { name: "PostGraphile", port: listen, path: "/graphql", pid: server.pid, database: cluster.pid, form: "peer" };
}

let asked = 0;

/** Requests as bytes. Each has a number of its own, so that none is answered as another was; `again` leaves it out. */
const bodies = (world, name, form, again = false, other = (text) => text) => (drawn) => {
  const { text, variables } = questions[name][form];
  const extensions = again ? undefined : { request: (asked += 1) };
  return Buffer.from(JSON.stringify({ query: other(text), variables: variables(drawn, world), extensions }));
};

async function answer(side, body) {
  const { data, errors } = JSON.parse((await ask(side, body)).body);
  if (errors) throw new Error(`${side.name}: ${JSON.stringify(errors).slice(0, 600)}`);
  return data;
}

/** Cursors of all counties, as each side writes them. */
async function cursors(sides) {
  const query = {
    peer: "{ counties(first: 100000) { edges { cursor node { code } } } }",
    ours: "{ counties: regions(filter: {kind: [COUNTY]}, first: 5000) { edges { cursor } } }",
  };
  const of = async (form) => {
    const side = sides.find((one) => one.form === form);
    const { counties } = await answer(side, Buffer.from(JSON.stringify({ query: query[form] })));
    return counties.edges.map((edge) => edge.cursor);
  };
  return { peer: await of("peer"), ours: await of("ours") };
}

/** Whether all sides hold the same, over some draws of each question. */
async function agree(world, sides) {
  for (const name of chosen) {
    const random = drawing(seed);
    for (let round = 0; round < 5; round += 1) {
      const drawn = questions[name].draw(world, random);
      const held = [];
      for (const side of sides) {
        held.push(JSON.stringify(questions[name][side.form].holds(await answer(side, bodies(world, name, side.form)(drawn)))));
      }
      if (new Set(held).size > 1) {
        const told = sides.map((side, at) => `${side.name}: ${held[at].slice(0, 300)}`);
        throw new Error(`${name} ${JSON.stringify(drawn)} is answered in different ways:\n${told.join("\n")}`);
      }
    }
  }
  console.log(`Both sides hold the same rows for ${chosen.join(", ")} (five draws of each).\n`);
}

const ms = (number) => (number >= 100 ? number.toFixed(0) : number >= 1 ? number.toFixed(2) : number.toFixed(3));

function table(head, rows) {
  const all = [head, head.map(() => "---"), ...rows];
  console.log(`${all.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`);
}

/** Blocks of each question, the sides in turn. */
async function peers(world, sides) {
  const results = {};
  for (const name of chosen) {
    const cells = new Map(sides.map((side) => [side.name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const side of sides) {
        const random = drawing(seed * 1000 + round);
        const body = bodies(world, name, side.form);
        // What is asked of everyone is the same; a block of warming comes first.
        const draw = () => body(questions[name].draw(world, random));
        if (round === 0) await block(side, draw, { time: Math.min(1, time) });
        cells.get(side.name).push(await block(side, draw, { time }));
      }
    }
    results[name] = Object.fromEntries(
      [...cells].map(([side, list]) => {
        const of = (what) => median(list.map((cell) => cell[what]));
        return [side, { server: of("server"), database: of("database"), bytes: of("bytes"), requests: of("requests") }];
      }),
    );
    console.error(`… ${name} measured`);
  }
  return results;
}

function compare(results) {
  const [peer, ...ours] = Object.keys(Object.values(results)[0]);
  const total = (cell) => cell.server + cell.database;
  const head = ["question", "bar (floor)", "PostGraphile: server + database", "kB"];
  for (const side of ours) head.push(`${side}: server + database`, "kB", "times less", "reached");
  const rows = Object.entries(results).map(([name, sides]) => {
    const cells = (cell) => [`${ms(cell.server)} + ${ms(cell.database)}`, (cell.bytes / 1000).toFixed(1)];
    const [bar, floor] = BARS[name];
    const row = [`${name} ${questions[name].title}`, `${bar} × (${floor} ×)`, ...cells(sides[peer])];
    for (const side of ours) {
      const times = total(sides[peer]) / total(sides[side]);
      const word = times >= bar ? "yes" : times >= floor ? "floor" : "no";
      row.push(...cells(sides[side]), `${times.toFixed(1)} ×`, word);
    }
    return row;
  });
  console.log(`## CPU ms per request, ${scale}, seed ${seed}: medians of ${rounds} blocks in turn\n`);
  table(head, rows);
}

/** The server of finished bytes, over bodies by name. */
async function fixed(answers) {
  const folder = join(home, "answers");
  mkdirSync(folder, { recursive: true });
  for (const [name, body] of Object.entries(answers)) writeFileSync(join(folder, name), body);
  const listen = await port();
  const server = await serve(options.fixed, [folder, `127.0.0.1:${listen}`], { until: /http:/ });
  return (name) => ({ name: "axum, finished bytes", port: listen, path: `/${name}`, pid: server.pid });
}

/** Answers that repeat against axum sending the same bytes, and how long one waits at 32 connections. */
async function repeated(world, side) {
  const drawn = Object.fromEntries(chosen.map((name) => [name, questions[name].draw(world, drawing(seed))]));
  const body = Object.fromEntries(chosen.map((name) => [name, bodies(world, name, "ours", true)(drawn[name])]));
  const answers = {};
  for (const name of chosen) answers[name] = (await ask(side, body[name])).body;
  const plain = await fixed(answers);
  if (parts.includes("repeat")) {
    const rows = [];
    for (const name of chosen) {
      const cells = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        for (const [at, one] of [side, plain(name)].entries()) {
          cells[at].push((await block(one, () => body[name], { time, connections: 8, most: 50_000 })).server);
        }
      }
      const [own, bare] = cells.map(median);
      rows.push([name, (answers[name].length / 1000).toFixed(1), ms(own), ms(bare), `${(own / bare).toFixed(2)} ×`, own <= 2 * bare ? "yes" : "no"]);
    }
    console.log("## Answers that repeat: CPU ms of the server per request\n");
    table(["question", "kB", side.name, "axum, finished bytes", "as much as", "within 2 ×"], rows);
  }
  if (parts.includes("tail")) {
    const rows = [];
    for (const name of chosen.filter((name) => answers[name].length < 1_000_000)) {
      const waits = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        const random = drawing(seed * 1000 + round);
        const draw = () => bodies(world, name, "ours")(questions[name].draw(world, random));
        for (const [at, one] of [side, plain(name)].entries()) {
          const { millis } = await block(one, draw, { time, connections: 32, most: 50_000 });
          waits[at].push(share(millis, 0.99) / share(millis, 0.5));
        }
      }
      const [own, bare] = waits.map(median);
      rows.push([name, own.toFixed(2), bare.toFixed(2), own <= 2 * bare ? "yes" : "no"]);
    }
    console.log("## 32 connections: p99 ÷ p50\n");
    table(["question", side.name, "axum, finished bytes", "within 2 × of it"], rows);
  }
}

/** The same questions of the state before the newest, which is held in memory once it was asked for. */
async function past(world) {
  const side = await planatlas("Planatlas on SQLite", later({ binary: options.binary, folder: home, world }));
  const before = (text) => text.replace(/^(\s*query[^{]*)\{([\s\S]*)\}\s*$/, "$1{ asOf(at: {revision: 1}) {$2} }");
  const begun = process.hrtime.bigint();
  await answer(side, Buffer.from(JSON.stringify({ query: "{ asOf(at: {revision: 1}) { indicators { code } } }" })));
  const first = Number(process.hrtime.bigint() - begun) / 1e6;
  const rows = [];
  for (const name of chosen) {
    const cells = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      for (const at of [0, 1]) {
        const random = drawing(seed * 1000 + round);
        const body = bodies(world, name, "ours", false, at === 0 ? undefined : before);
        if (round === 0) await block(side, () => body(questions[name].draw(world, random)), { time: Math.min(1, time) });
        cells[at].push((await block(side, () => body(questions[name].draw(world, random)), { time })).server);
      }
    }
    const [now, then] = cells.map(median);
    rows.push([name, ms(now), ms(then), `${(then / now).toFixed(2)} ×`, then <= 1.25 * now ? "yes" : "no"]);
  }
  running.pop().kill();
  console.log(`## A past state: CPU ms per request; the first question of it took ${first.toFixed(0)} ms\n`);
  table(["question", "now", "before", "as much as", "within 1.25 ×"], rows);
}

/** The same questions of the embedded database at each scale up to this one. */
async function growth() {
  const scales = ["city", "province", "nation"].slice(0, LARGE ? 3 : 2);
  const rows = new Map(chosen.map((name) => [name, [`${name} ${questions[name].title}`]]));
  for (const one of scales) {
    const folder = one === scale ? home : join(home, one);
    const world = prepare({ binary: options.binary, folder, scale: one, seed, own: true });
    const side = await planatlas(`Planatlas on SQLite, ${one}`, world.sqlite);
    world.cursors = { ours: (await cursorsOf(side)) };
    for (const name of chosen) {
      const random = drawing(seed);
      const body = bodies(world, name, "ours");
      await block(side, () => body(questions[name].draw(world, random)), { time: Math.min(1, time) });
      const cell = await block(side, () => body(questions[name].draw(world, random)), { time });
      rows.get(name).push(ms(cell.server), (cell.bytes / 1000).toFixed(1));
    }
    running.pop().kill();
  }
  console.log("## As the data grows: CPU ms per request and kB of the answer, Planatlas on SQLite\n");
  table(["question", ...scales.flatMap((one) => [one, "kB"])], [...rows.values()]);
}

async function cursorsOf(side) {
  const query = "{ regions(filter: {kind: [COUNTY]}, first: 5000) { edges { cursor } } }";
  return (await answer(side, Buffer.from(JSON.stringify({ query })))).regions.edges.map((edge) => edge.cursor);
}

const home = resolve(options.folder ?? join(tmpdir(), "planatlas-peers", `${scale}-${seed}`));
for (const file of [options.binary, options.fixed]) {
  if (!existsSync(file)) throw new Error(`${file} is not built: make bench-peers builds it`);
}
mkdirSync(home, { recursive: true });
const compared = parts.some((part) => ["peers", "tiles"].includes(part));
const cluster = compared && (options.postgres ? existing(options.postgres) : await start(join(home, "postgres")));
const stop = () => {
  for (const server of running) if (!ended(server)) server.kill();
  if (cluster) cluster.stop();
};
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => (stop(), process.exit(1)));
try {
  const world = prepare({ binary: options.binary, folder: home, scale, seed, cluster, own: !compared });
  const ours = [await planatlas("Planatlas on SQLite", world.sqlite)];
  if (parts.includes("peers")) {
    const sides = [await postgraphile(world, cluster), await planatlas("Planatlas on PostgreSQL", world.postgres, cluster), ...ours];
    world.cursors = await cursors(sides);
    await agree(world, sides);
    const results = await peers(world, sides);
    writeFileSync(join(home, "results.json"), JSON.stringify({ scale, seed, results }, null, 1));
    compare(results);
  } else {
    world.cursors = { ours: await cursorsOf(ours[0]) };
  }
  if (parts.includes("repeat") || parts.includes("tail")) await repeated(world, ours[0]);
  if (parts.includes("tiles")) await tiles(world, cluster, { home, serve, planatlas, table, ms, rounds });
  if (parts.includes("past")) await past(world);
  if (parts.includes("growth")) await growth();
  if (parts.includes("memory")) {
    const random = drawing(seed * 1000);
    const draw = (name) => {
      const body = bodies(world, name, "ours");
      return () => body(questions[name].draw(world, random));
    };
    await memory({ binary: options.binary, folder: home, scale, planatlas, world, names: chosen, bodies: draw, table, time });
  }
} finally {
  stop();
}
process.exit(0);
