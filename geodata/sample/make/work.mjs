// Made-up enterprises and projects, with points on the ground and a dated history of stages.
import { CUTOFF, DAY, PLAN, day, decimal, stream } from "./base.mjs";
import { pointNear } from "./places.mjs";
import { INDUSTRIES, ZONES } from "./zones.mjs";

const number = (n) => String(n).padStart(4, "0");
const ENTERPRISES = 640;
const PROJECTS = 400;

export function enterprises(rings, zoneRings) {
  const random = stream("enterprises");
  const counted = new Map();
  return Array.from({ length: ENTERPRISES }, (_, at) => {
    const zone = random.weighted(ZONES, (z) => z.weight);
    const industry = INDUSTRIES[random.pick(zone.industries)];
    const name = `示例·${zone.short}${industry.zh}`;
    const serial = (counted.get(name) ?? 0) + 1;
    counted.set(name, serial);
    const within = random.chance(0.85);
    const [lon, lat] = pointNear(random, zone, rings, zoneRings, within);
    return {
      code: `sample-e-${number(at + 1)}`,
      name: `${name}企业${serial}`,
      name_en: `Sample ${industry.en} enterprise ${serial} (${zone.en})`,
      zone: within ? zone.code : "",
      region: within ? zone.region : zone.county,
      chain: industry.chain,
      lon,
      lat,
      document: "sample-projects",
      locator: `示例企业表第${at + 1}行`,
    };
  });
}

const STAGES = ["SIGNED", "LANDED", "STARTED", "BUILDING", "IN_PRODUCTION", "ON_TARGET"];
/** Days from one stage to the next, least and most. */
const STEPS = [[25, 150], [30, 180], [15, 90], [240, 560], [180, 480]];
const FIRST = Date.UTC(2021, 9, 8);
const ROUND_ONE = Date.UTC(2021, 6, 1); // a round of the three batches each quarter

function history(random, stopped) {
  // The larger of two draws: more projects are young than old.
  const since = Math.max(random.next(), random.next());
  const dates = [FIRST + Math.floor((since * (CUTOFF - FIRST)) / DAY) * DAY];
  for (const [least, most] of STEPS) {
    const next = dates[dates.length - 1] + random.whole(least, most) * DAY;
    if (next > CUTOFF || (stopped && dates.length === 2)) break;
    dates.push(next);
  }
  const made = dates.map((time, at) => ({ stage: STAGES[at], time }));
  if (stopped) {
    const at = dates[dates.length - 1] + random.whole(60, 240) * DAY;
    if (at <= CUTOFF) made.push({ stage: "STOPPED", time: at });
  }
  return made;
}

export function projects(rings, zoneRings) {
  const random = stream("projects");
  const counted = new Map();
  const rows = [];
  const stages = [];
  for (let at = 1; at <= PROJECTS; at += 1) {
    const zone = random.weighted(ZONES, (z) => z.weight);
    const industry = INDUSTRIES[random.pick(zone.industries)];
    const [zh, en] = random.pick(industry.works);
    const within = random.chance(0.9);
    const [lon, lat] = pointNear(random, zone, rings, zoneRings, within);
    const kinds = [];
    const tasks = new Set();
    const take = (kind, task) => {
      kinds.push(kind);
      tasks.add(`${PLAN}/${task}`);
    };
    if (random.chance(0.42)) take("sanhua", 32);
    if (random.chance(0.36)) take(random.pick(["bulian", "yanlian", "qianglian"]), 31);
    if (random.chance(0.4)) take("sangeyipi", 30);
    if (random.chance(0.4) || kinds.length === 0) take("zhaoshang", 29);
    const steps = history(random, at % 33 === 0);
    const last = steps[steps.length - 1];
    const round = 1 + Math.floor((steps[0].time - ROUND_ONE) / (91 * DAY));
    const small = random.next();
    const invest = 5 + Math.floor(595 * small ** 3 * small ** 4);
    const name = `示例·${zone.short}${zh}项目`;
    const serial = (counted.get(name) ?? 0) + 1;
    counted.set(name, serial);
    const code = `sample-p-${number(at)}`;
    rows.push({
      code,
      name: `${name}${serial}`,
      name_en: `Sample ${en} project ${serial} (${zone.en})`,
      kinds: kinds.join("|"),
      stage: last.stage,
      batch: kinds.includes("sangeyipi") ? `示例第${round}期三个一批` : "",
      investment: decimal(invest, 1),
      investment_unit: "CNY-1e8",
      investment_as_reported: `${decimal(invest, 1)}亿元`,
      lon,
      lat,
      zone: within ? zone.code : "",
      region: within ? zone.region : zone.county,
      cluster: industry.cluster,
      chain: industry.chain,
      tasks: [...tasks].sort().join("|"),
      document: "sample-projects",
      locator: `示例项目表第${at}行`,
    });
    for (const step of steps) {
      stages.push({ project: code, stage: step.stage, on: day(step.time), document: "sample-projects", locator: `示例项目表第${at}行` });
    }
  }
  return { rows, stages };
}

/** Key projects that mend, extend or strengthen chains, started since 2023, by the end of each period. */
export function chainProjectCounts({ rows, stages }) {
  const chosen = new Set(rows.filter((row) => /bulian|yanlian|qianglian/.test(row.kinds)).map((row) => row.code));
  const started = stages.filter((s) => s.stage === "STARTED" && chosen.has(s.project) && s.on >= "2023");
  return [["2023", "2023-12-31"], ["2024", "2024-12-31"], ["2025-Q3", "2025-09-30"]].map(([period, until]) => [period, started.filter((s) => s.on <= until).length]);
}
