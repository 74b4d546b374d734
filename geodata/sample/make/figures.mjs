// Observations 2022–2025. City figures of additive indicators are the sums of the county figures, counts
// of registers are what the registers hold (register.mjs), and counts over a threshold are counted.
import { CUTOFF, DAY, day, decimal, periodEnd, split, stream } from "./base.mjs";
import { COUNTIES, ZONES } from "./zones.mjs";

const CITY = "411400";
const YEARS = [2022, 2023, 2024];
/** Share of the year reached by the end of each month. */
const SEASON = [0, 0.062, 0.121, 0.214, 0.293, 0.378, 0.478, 0.557, 0.641, 0.737, 0.818, 0.905, 1];
const MONTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]; // January is reported with February
const monthCode = (year, month) => `${year}-M${String(month).padStart(2, "0")}`;

/** Collects rows; `units` and `accumulations` come from the real package's indicators. */
export class Figures {
  constructor(indicators, taken) {
    this.indicators = new Map(indicators.map((row) => [row.code, row]));
    this.taken = taken;
    this.rows = [];
    this.keys = new Set();
  }

  add(subject, code, period, value, places, extra = {}) {
    const indicator = this.indicators.get(code);
    if (!indicator) throw new Error(`the real package has no indicator ${code}`);
    const [kind, subjectCode] = subject.includes(":") ? subject.split(":") : ["REGION", subject];
    const cell = [kind, subjectCode, code, period, indicator.accumulation].join("/");
    if (this.taken.has(cell)) return; // a real figure stands here
    const document = extra.document ?? "sample-overlay";
    const key = `${cell}/${document}`;
    if (this.keys.has(key)) throw new Error(`twice: ${key}`);
    this.keys.add(key);
    const empty = value === null;
    const released = periodEnd(period) + 20 * DAY;
    const recent = periodEnd(period) > CUTOFF - 100 * DAY;
    this.rows.push({
      subject_kind: kind,
      subject_code: subjectCode,
      indicator: code,
      period,
      accumulation: indicator.accumulation,
      value: empty ? "" : decimal(value, places),
      unit: empty ? "" : indicator.unit,
      comparator: empty ? "" : "EQUAL",
      status: extra.status ?? (empty ? "MISSING" : recent ? "PROVISIONAL" : "NORMAL"),
      released_on: empty ? "" : day(extra.document ? released - 12 * DAY : released),
      document,
      locator: `示例表 ${code}`,
      note: extra.note ?? "",
    });
  }
}

/** Revenue, output, investment and the rest of each zone. */
export function zoneFigures(figures) {
  const revenue = new Map();
  for (const zone of ZONES) {
    const random = stream(`zone ${zone.code}`);
    const of2024 = zone.revenue;
    const of2023 = Math.round(of2024 / (1 + zone.growth[1]));
    const of2022 = Math.round(of2023 / (1 + zone.growth[0]));
    const yearly = { 2022: of2022, 2023: of2023, 2024: of2024, 2025: Math.round(of2024 * random.between(1.04, 1.1)) };
    revenue.set(zone.code, yearly);
    const subject = `ZONE:${zone.code}`;
    for (const year of [2022, 2023, 2024, 2025]) {
      let before = 0;
      for (const month of MONTHS) {
        if (year === 2025 && month > 9) break;
        const share = month === 12 ? 1 : SEASON[month] * random.between(0.985, 1.015);
        const value = Math.max(before + 1, Math.round(yearly[year] * share));
        before = Math.min(value, yearly[year]);
        const lost = (zone.code === "suixian" && year === 2024 && month === 11) || (zone.code === "ningling" && year === 2025 && month === 8);
        figures.add(subject, "zone-revenue", monthCode(year, month), lost ? null : before, 1, lost ? { note: "示例:当月未报。" } : {});
      }
      if (year < 2025) figures.add(subject, "zone-revenue", String(year), yearly[year], 1);
      else figures.add(subject, "zone-revenue", "2025", null, 1, { status: "NOT_YET_DUE" });

      const output = Math.round(yearly[year] * random.between(0.8, 0.88));
      const invest = Math.round(yearly[year] * random.between(0.17, 0.23));
      for (const quarter of [1, 2, 3, 4]) {
        if (year === 2025 && quarter > 3) continue;
        const period = quarter === 4 ? String(year) : `${year}-Q${quarter}`;
        const share = SEASON[quarter * 3];
        const hidden = zone.code === "ningling" && period === "2024";
        figures.add(subject, "zone-industrial-output", period, hidden ? null : Math.round(output * share), 1, hidden ? { status: "SUPPRESSED", note: "示例:不足三家企业构成主要部分,依法不公布。" } : {});
        figures.add(subject, "industrial-investment", period, Math.round(invest * share), 1);
      }
      if (year === 2025) continue;
      figures.add(subject, "zone-main-revenue", String(year), Math.round(yearly[year] * 0.962), 1);
      figures.add(subject, "zone-employees", String(year), Math.round(yearly[year] * random.between(7, 9)), 0);
      figures.add(subject, "zone-above-scale-firms", String(year), Math.round(20 + yearly[year] / random.between(48, 56)), 0);
      figures.add(subject, "zone-industrial-land-share", String(year), Math.round(random.between(556, 662) + (year - 2022) * 12), 1);
    }
  }
  // An early estimate stands beside the later figure of the same cell.
  for (const code of ["yushang", "zhecheng"]) {
    figures.add(`ZONE:${code}`, "zone-revenue", "2024", Math.round(revenue.get(code)[2024] * 1.012), 1, { document: "sample-flash", status: "ESTIMATED", note: "示例:快报数。" });
  }
  for (const year of YEARS) {
    for (const [indicator, factor, limit] of [["zones-revenue-over-500yi", 1, 5000], ["zones-revenue-over-200yi", 1, 2000], ["zones-main-revenue-over-500yi", 0.962, 5000], ["zones-main-revenue-over-200yi", 0.962, 2000]]) {
      const count = ZONES.filter((zone) => Math.round(revenue.get(zone.code)[year] * factor) > limit).length;
      figures.add(CITY, indicator, String(year), count, 0);
    }
  }
}

/** Yearly totals of the city (in units of the last decimal) that are shared out to the counties. */
const SHARED = {
  gdp: { places: 1, weight: "gdp", quarterly: true, totals: { 2022: 30080, 2023: 31090, 2024: 32760, 2025: 34800 } },
  "industrial-investment": { places: 1, weight: "invest", quarterly: true, totals: { 2022: 8423, 2023: 9214, 2024: 10062, 2025: 10890 } },
  "project-signed-amount": { places: 1, weight: "invest", quarterly: true, totals: { 2022: 9460, 2023: 10385, 2024: 11217, 2025: 11300 } },
  "industrial-va-above-scale": { places: 1, weight: "gdp", quarterly: true, totals: { 2022: 10983, 2023: 11726, 2024: 12514, 2025: 13390 } },
  "above-scale-firms": { places: 0, weight: "firms", totals: { 2022: 1796, 2023: 1921, 2024: 2068 } },
  population: { places: 1, weight: "people", totals: { 2022: 7721, 2023: 7696, 2024: 7674 } },
  "base-stations-5g": { places: 4, weight: "people", totals: { 2022: 8214, 2023: 10226, 2024: 11187 } },
  "cloud-enterprises": { places: 4, weight: "firms", totals: { 2022: 9820, 2023: 11612, 2024: 12934 } },
  "sanhua-projects": { places: 0, weight: "invest", quarterly: true, totals: { 2022: 171, 2023: 206, 2024: 223, 2025: 229 } },
};

export function countyFigures(figures) {
  for (const [indicator, { places, weight, quarterly, totals }] of Object.entries(SHARED)) {
    const random = stream(`county ${indicator}`);
    for (const [year, total] of Object.entries(totals)) {
      const weights = COUNTIES.map((county) => county[weight] * random.between(0.97, 1.03));
      const shares = split(total, weights);
      const periods = quarterly ? [1, 2, 3, 4].filter((q) => year !== "2025" || q < 4) : [4];
      for (const quarter of periods) {
        const period = quarter === 4 ? year : `${year}-Q${quarter}`;
        const values = shares.map((share) => Math.round(share * SEASON[quarter * 3]));
        COUNTIES.forEach((county, at) => {
          const late = indicator === "industrial-investment" && county.code === "411423" && period === "2024-Q3";
          figures.add(county.code, indicator, period, late ? null : values[at], places, late ? { note: "示例:未报。" } : {});
        });
        figures.add(CITY, indicator, period, values.reduce((a, b) => a + b, 0), places);
      }
      if (year === "2024") for (const place of [...COUNTIES.map((c) => c.code), CITY]) figures.add(place, indicator, "2025", null, places, { status: "NOT_YET_DUE" });
    }
  }
  const rates = { "gdp-growth": [[2022, 41], [2023, 36], [2024, 56], [2025, 68]], "industrial-va-growth": [[2022, 54], [2023, 49], [2024, 79], [2025, 86]] };
  for (const [indicator, years] of Object.entries(rates)) {
    const random = stream(`rate ${indicator}`);
    for (const [year, rate] of years) {
      for (const quarter of [1, 2, 3, 4]) {
        if (year === 2025 && quarter === 4) continue;
        const period = quarter === 4 ? String(year) : `${year}-Q${quarter}`;
        for (const county of COUNTIES) figures.add(county.code, indicator, period, rate + random.whole(-22, 24), 1);
        figures.add(CITY, indicator, period, rate + random.whole(-4, 4), 1);
      }
    }
  }
  const random = stream("rd");
  for (const year of YEARS) {
    for (const county of COUNTIES) figures.add(county.code, "rd-intensity", String(year), 131 + (year - 2022) * 17 + random.whole(-24, 28), 2);
  }
}

/** City series of the plan's other indicators: decimals, then 2022, 2023, 2024; null is MISSING, "x" SUPPRESSED. */
const CITY_SERIES = {
  "mfg-producer-services-share": [1, 351, 362, 374],
  "mfg-share": [1, 279, 284, 289],
  "producer-services-share": [1, 74, 81, 87],
  "mfg-va": [1, 9081, 9724, 10413],
  "above-scale-firms-new": [0, undefined, 125, 272],
  "emerging-share": [1, 214, 236, 261],
  "hightech-mfg-share": [1, 102, 111, 123],
  "rd-intensity": [2, 131, 148, 166],
  "rd-institution-coverage": [1, 624, 748, 861],
  "rd-activity-coverage": [1, 583, 702, 835],
  "mfg-quality-index": [1, 831, 839, null],
  "traditional-sanhua-rate": [1, 480, 592, 704],
  "it-mfg-integration-index": [1, 546, 572, null],
  "smart-mfg-readiness": [1, 81, 96, 112],
  "traditional-firms-transformed": [1, 112, 164, 221],
  "future-industry-scale": [1, 283, 412, "x"],
  "high-end-equipment-scale": [1, 1684, 1964, 2312],
  "high-end-equipment-share": [1, 221, 246, 270],
  "chain-talent-coverage": [1, 333, 500, 667],
  "green-retrofit-coverage": [1, 412, 573, 744],
  "mfg-enablement-centres": [0, 0, 0, 0],
  "tech-upgrade-investment-growth": [1, 142, 186, 213],
  "managers-trained": [0, 2410, 3120, 3287],
  "young-entrepreneurs-trained": [0, 76, 104, 118],
  "energy-intensity": [1, -31, -28, -34],
  "carbon-intensity": [1, -26, null, -29],
  "chains-over-100yi": [0, 9, 12, 16],
};
const CLUSTERS = { "food-processing": [10800, 11502, 12110], "equipment-manufacturing": [10120, 10604, 11210], "textiles-apparel-footwear": [10054, 10906, 11807], "new-energy-vehicles": [3104, 4206, 5609], "new-materials": [5203, 6408, 7806], biomedicine: [2210, 2480, 2765], "new-it": [1806, 2204, 2710] };
const CHAINS = { "superhard-materials": [1180, 1462, 1514], "new-energy-vehicles": [1604, 2207, 3011], biomedicine: [884, 972, 1083] };

/** Figures of single enterprises are never published: the cells exist, without a number. */
export function enterpriseFigures(figures, enterprises) {
  for (const { code } of enterprises.slice(0, 20)) {
    figures.add(`ENTERPRISE:${code}`, "enterprise-output-value", "2024", null, 1, { status: "SUPPRESSED", note: "示例:单个企业数据依法不公布。" });
  }
}

export function cityFigures(figures, counts) {
  const quarterly = { "mfg-va": 8093, "tech-upgrade-investment-growth": 194, "managers-trained": 2612, "emerging-share": 284 };
  for (const [indicator, [places, ...values]] of Object.entries(CITY_SERIES)) {
    values.forEach((value, at) => {
      if (value === undefined) return;
      const hidden = value === "x";
      const extra = hidden ? { status: "SUPPRESSED", note: "示例:不足三家企业,依法不公布。" } : value === null ? { note: "示例:尚未发布。" } : at === 2 && indicator.startsWith("rd-") ? { status: "PROVISIONAL" } : {};
      figures.add(CITY, indicator, String(YEARS[at]), hidden ? null : value, places, extra);
    });
    if (indicator in quarterly) figures.add(CITY, indicator, "2025-Q3", quarterly[indicator], places);
    figures.add(CITY, indicator, "2025", null, places, { status: "NOT_YET_DUE" });
  }
  for (const [indicator, byPeriod] of counts) {
    for (const [period, count] of byPeriod) figures.add(CITY, indicator, period, count, 0);
    figures.add(CITY, indicator, "2025", null, 0, { status: "NOT_YET_DUE" });
  }
  for (const [kind, indicator, table] of [["CLUSTER", "cluster-scale", CLUSTERS], ["CHAIN", "chain-scale", CHAINS]]) {
    for (const [code, values] of Object.entries(table)) values.forEach((value, at) => figures.add(`${kind}:sq-${code}`, indicator, String(YEARS[at]), value, 1));
  }
  const emerging = ["new-energy-vehicles", "new-materials", "biomedicine", "new-it"];
  YEARS.forEach((year, at) => {
    const large = Object.keys(CLUSTERS).filter((code) => CLUSTERS[code][at] >= 10000);
    figures.add(CITY, "clusters-over-1000yi", String(year), large.length, 0);
    figures.add(CITY, "emerging-clusters-over-1000yi", String(year), large.filter((code) => emerging.includes(code)).length, 0);
  });
}
