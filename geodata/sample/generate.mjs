// Makes the sample overlay: made-up figures, outlines, projects and registers, so that a newcomer sees the
// product alive. Everything is derived from a fixed seed; nothing here is a fact. Needs only Node 20.
//   node geodata/sample/generate.mjs           rewrites the files
//   node geodata/sample/generate.mjs --check   compares, and exits 1 when a file would change
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readCsv, toCsv } from "./make/base.mjs";
import { Figures, cityFigures, countyFigures, enterpriseFigures, zoneFigures } from "./make/figures.mjs";
import { counties, footprints, outlines, profileFacts, zonesGeoJson } from "./make/places.mjs";
import { registerEntries } from "./make/registers.mjs";
import { chainProjectCounts, enterprises, projects } from "./make/work.mjs";
import { INDUSTRIES, ZONES } from "./make/zones.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const real = join(here, "..", "shangqiu");
const schemas = join(here, "..", "..", "schema", "package");
const check = process.argv.includes("--check");

const document = (code, title, titleEn) => ({
  code: `sample-${code}`,
  title: `示例数据(虚构):${title}`,
  title_en: `Sample data (made up): ${titleEn}`,
  issuer: "本软件的示例数据生成程序",
  issued_on: "2025-10-31",
  licence: "CC0-1.0",
  retrieved_on: "2026-11-23",
  confidence: "low",
  sample: "true",
  note: "由固定种子随机生成,不对应任何真实情况,不得引用。Made up from a fixed seed; not to be cited.",
});
const documents = [
  document("overlay", "各级指标数值", "figures"),
  document("flash", "快报数", "early estimates"),
  document("projects", "企业与项目", "enterprises and projects"),
  document("registers", "名录", "registers"),
  document("outlines", "开发区示意轮廓", "schematic outlines of zones"),
  document("profiles", "开发区概况", "profiles of zones"),
];

/** What the overlay points to must be in the real package. */
function demand(table, codes) {
  const known = new Set(readCsv(real, table).map((row) => row.code));
  for (const code of codes) if (code && !known.has(code)) throw new Error(`geodata/shangqiu/${table}.csv has no ${code}`);
  return known;
}
demand("zones", ZONES.map((zone) => zone.code));
demand("regions", ZONES.flatMap((zone) => [zone.county, zone.region]));
demand("clusters", Object.values(INDUSTRIES).map((industry) => industry.cluster));
demand("chains", Object.values(INDUSTRIES).map((industry) => industry.chain));

const rings = counties(real);
const zoneRings = outlines(rings);
const firms = enterprises(rings, zoneRings);
const works = projects(rings, zoneRings);
const registers = registerEntries(demand("registers", []), firms);
registers.counts.set("chain-projects", chainProjectCounts(works));

const taken = readCsv(real, "observations").filter((row) => row.value !== "");
const cell = (row) => [row.subject_kind, row.subject_code, row.indicator, row.period, row.accumulation].join("/");
const figures = new Figures(readCsv(real, "indicators"), new Set(taken.map(cell)));
zoneFigures(figures);
countyFigures(figures);
cityFigures(figures, registers.counts);
enterpriseFigures(figures, firms);

const tables = {
  documents,
  footprints: footprints(),
  observations: figures.rows,
  projects: works.rows,
  project_stages: works.stages,
  enterprises: firms,
  register_entries: registers.rows,
  profile_facts: profileFacts(),
};
const files = { "zones.geojson": zonesGeoJson(zoneRings) };
for (const [table, rows] of Object.entries(tables)) files[`${table}.csv`] = toCsv(schemas, table, rows);

const listed = JSON.parse(readFileSync(join(here, "datapackage.json"), "utf8")).resources.map((resource) => resource.path);
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  if (!listed.includes(name)) throw new Error(`datapackage.json does not list ${name}`);
  const path = join(here, name);
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  stale += 1;
  console.log(`${check ? "differs" : "written"}: geodata/sample/${name}`);
  if (!check) writeFileSync(path, text);
}
process.exit(check && stale > 0 ? 1 : 0);
