// Schematic outlines of the zones, points on the ground, and a few profiles in words.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stream } from "./base.mjs";
import { ZONES } from "./zones.mjs";

// Written out, because cosines may differ in the last digit from engine to engine.
const TURN = [
  [1, 0], [0.866, 0.5], [0.5, 0.866], [0, 1], [-0.5, 0.866], [-0.866, 0.5],
  [-1, 0], [-0.866, -0.5], [-0.5, -0.866], [0, -1], [0.5, -0.866], [0.866, -0.5],
];
const KM_PER_LAT = 110.9;
const KM_PER_LON = 91.8; // at 34.4° N
const round = (value) => Math.round(value * 1e5) / 1e5;

export function inside(ring, [x, y]) {
  let odd = false;
  for (let i = 1; i < ring.length; i += 1) {
    const [x1, y1] = ring[i - 1];
    const [x2, y2] = ring[i];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
}

export function counties(real) {
  const collection = JSON.parse(readFileSync(join(real, "counties.geojson"), "utf8"));
  return new Map(collection.features.map((f) => [f.properties.adcode, f.geometry.coordinates[0]]));
}

/** Counter-clockwise rings, each wholly on the ground of its county. */
export function outlines(rings) {
  const made = new Map();
  for (const zone of ZONES) {
    const random = stream(`outline ${zone.code}`);
    const ring = TURN.map(([east, north]) => {
      const reach = zone.km * random.between(0.82, 1.12);
      return [round(zone.lon + (east * reach) / KM_PER_LON), round(zone.lat + (north * reach) / KM_PER_LAT)];
    });
    ring.push(ring[0]);
    for (let i = 1; i < ring.length; i += 1) {
      for (let step = 0; step < 20; step += 1) {
        const at = [0, 1].map((k) => ring[i - 1][k] + ((ring[i][k] - ring[i - 1][k]) * step) / 20);
        if (!inside(rings.get(zone.county), at)) throw new Error(`${zone.code} leaves ${zone.county}`);
      }
    }
    made.set(zone.code, ring);
  }
  return made;
}

/** A point inside the zone's outline, or in its county near it but outside every zone. */
export function pointNear(random, zone, rings, zoneRings, within) {
  const reach = within ? zone.km * 1.1 : zone.km * 4;
  for (let attempt = 0; attempt < 10_000; attempt += 1) {
    const point = [
      round(zone.lon + (random.between(-1, 1) * reach) / KM_PER_LON),
      round(zone.lat + (random.between(-1, 1) * reach) / KM_PER_LAT),
    ];
    const inAny = [...zoneRings.values()].some((ring) => inside(ring, point));
    if (within ? inside(zoneRings.get(zone.code), point) : !inAny && inside(rings.get(zone.county), point)) return point;
  }
  throw new Error(`no point for ${zone.code}`);
}

export function zonesGeoJson(zoneRings) {
  const features = ZONES.map((zone) =>
    JSON.stringify({
      type: "Feature",
      id: `fp-sample-${zone.code}`,
      properties: { zone: zone.code, name: `示例轮廓·${zone.short}` },
      geometry: { type: "Polygon", coordinates: [zoneRings.get(zone.code)] },
    }),
  );
  return `{"type":"FeatureCollection","features":[\n${features.join(",\n")}\n]}\n`;
}

export const footprints = () =>
  ZONES.map((zone) => ({
    code: `fp-sample-${zone.code}`,
    place_kind: "ZONE",
    place_code: zone.code,
    change: "INITIAL",
    accuracy: "SCHEMATIC",
    accuracy_metres: 5000,
    attribution: "示例轮廓(虚构),不是开发区的实际边界 · Sample outline, not the real boundary",
    document: "sample-outlines",
    note: "按城区大致方位随机生成,只供看效果。",
  }));

const PROFILES = {
  yushang: {
    LAND: ["规划工业用地1200公顷,已供860公顷,标准地42宗待出让。", "1,200 ha of industrial land planned, 860 ha supplied, 42 standard plots on offer."],
    UTILITIES: ["220千伏变电站2座、污水处理厂日处理5万吨、集中供热管网18公里。", "Two 220 kV substations, sewage treatment of 50,000 t a day, 18 km of heat pipes."],
    PRICES: ["工业用地18万元/亩,工业用水3.2元/吨,天然气3.6元/立方米。", "Industrial land CNY 180,000 per mu, water CNY 3.2 per tonne, gas CNY 3.6 per cubic metre."],
    TRANSPORT: ["距高铁站9公里、高速出口4公里、铁路货场12公里。", "9 km to the high-speed station, 4 km to the motorway, 12 km to the freight yard."],
    POLICY: ["固定资产投资达到5亿元的项目,按亩均税收分三档兑现奖励。", "Projects of CNY 500 million and more are rewarded in three grades by tax per mu."],
    OFFICE: ["招商服务窗口:示例地址1号楼,工作日9:00—17:00。", "Investor desk: sample address, building 1, weekdays 9:00–17:00."],
  },
  zhecheng: {
    LAND: ["规划工业用地640公顷,已供500公顷,标准厂房26万平方米。", "640 ha of industrial land planned, 500 ha supplied, 260,000 m² of standard workshops."],
    UTILITIES: ["110千伏变电站3座,双回路供电;日供水4万吨。", "Three 110 kV substations with double feed; 40,000 t of water a day."],
    PRICES: ["标准厂房租金每月8元/平方米。", "Standard workshops at CNY 8 per m² a month."],
    OFFICE: ["项目代办窗口:示例地址,预约办理。", "Project desk: sample address, by appointment."],
  },
  minquan: {
    LAND: ["规划工业用地820公顷,已供610公顷,可供地块15宗。", "820 ha of industrial land planned, 610 ha supplied, 15 plots available."],
    UTILITIES: ["天然气日供30万立方米,冷链检测公共平台1个。", "300,000 m³ of gas a day, one shared cold-chain test laboratory."],
    TRANSPORT: ["距高铁站6公里、高速出口5公里。", "6 km to the high-speed station, 5 km to the motorway."],
  },
};

export const profileFacts = () =>
  Object.entries(PROFILES).flatMap(([zone, topics]) =>
    Object.entries(topics).map(([topic, [text, en]]) => ({
      place_kind: "ZONE",
      place_code: zone,
      topic,
      text: `示例:${text}`,
      text_en: `Sample: ${en}`,
      valid_on: "2025-09",
      document: "sample-profiles",
    })),
  );
