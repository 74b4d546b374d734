// Ground rules of the made-up data: one seed, own random numbers, dates without a clock, plain CSV.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export const SEED = 20251031;
/** Last day that the overlay pretends to know about. */
export const CUTOFF = Date.UTC(2025, 8, 30);
export const DAY = 86_400_000;
export const PLAN = "shangqiu-2023-2025";

/** A stream of random numbers of its own for each subject, so that a change in one does not shift another. */
export function stream(name) {
  let state = SEED;
  for (const character of name) state = Math.imul(state ^ character.codePointAt(0), 0x9e3779b1) >>> 0;
  const next = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    whole: (low, high) => low + Math.floor((high - low + 1) * next()),
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)],
    weighted: (list, weight) => {
      let left = next() * list.reduce((sum, item) => sum + weight(item), 0);
      return list.find((item) => (left -= weight(item)) < 0) ?? list[list.length - 1];
    },
  };
}

/** Rows of a CSV file (RFC 4180) as objects. */
export function readCsv(folder, name) {
  const text = readFileSync(join(folder, `${name}.csv`), "utf8");
  const rows = [];
  let row = [""];
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted && c === '"' && text[i + 1] === '"') row[row.length - 1] += text[++i];
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === ",") row.push("");
    else if (!quoted && c === "\n") {
      rows.push(row);
      row = [""];
    } else row[row.length - 1] += c;
  }
  const [header, ...body] = rows;
  return body.map((cells) => Object.fromEntries(header.map((field, at) => [field, cells[at] ?? ""])));
}

/** CSV text in the column order of the table's schema; a field that the schema lacks is an error. */
export function toCsv(schemas, table, rows) {
  const fields = JSON.parse(readFileSync(join(schemas, `${table}.json`), "utf8")).fields.map((f) => f.name);
  const cell = (value) => {
    const text = value === undefined || value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => {
    for (const key of Object.keys(row)) if (!fields.includes(key)) throw new Error(`${table} has no field ${key}`);
    return fields.map((field) => cell(row[field])).join(",");
  });
  return `${[fields.join(","), ...lines].join("\n")}\n`;
}

export const day = (time) => new Date(time).toISOString().slice(0, 10);

/** Last day of a period code. */
export function periodEnd(code) {
  const year = Number(code.slice(0, 4));
  const part = code.slice(5);
  const month = { "": 12, H1: 6, H2: 12, Q1: 3, Q2: 6, Q3: 9, Q4: 12 }[part] ?? Number(part.slice(1));
  return Date.UTC(year, month, 0);
}

/** An integer as a decimal text: `decimal(2863, 1)` is `286.3`. */
export function decimal(value, places) {
  const sign = value < 0 ? "-" : "";
  const digits = String(Math.abs(value)).padStart(places + 1, "0");
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Whole parts in the proportion of the weights, with exactly this sum. */
export function split(total, weights) {
  const sum = weights.reduce((a, b) => a + b, 0);
  let used = 0;
  let run = 0;
  return weights.map((weight) => {
    run += weight;
    const upTo = Math.round((total * run) / sum);
    const part = upTo - used;
    used = upTo;
    return part;
  });
}
