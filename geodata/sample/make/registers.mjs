// Register entries. Recognitions per year are chosen against the plan's milestones: some reached, some
// missed; the city's count of an indicator is what its register holds, real entries included.
import { stream } from "./base.mjs";
import { ZONES } from "./zones.mjs";

/**
 * Register: title of an entry, recognised before 2022 | in 2022 | 2023 | 2024 | 2025 to September, holder,
 * and, where the city's count is derived from it, the indicator and how (stock, since the base year, or new in the year).
 */
const REGISTERS = {
  "smart-factories": ["智能工厂(车间)", [21, 17, 9, 11, 5], "E", ["smart-factories", "stock"]],
  "demo-projects": ["新模式示范项目", [4, 7, 6, 7, 3], "E", ["demo-projects-5g", "stock"]],
  "green-factories": ["绿色工厂", [8, 5, 3, 3, 1], "E", ["green-factories-provincial", "stock"]],
  "green-products": ["绿色设计产品", [0, 2, 2, 3, 1], "E"],
  "innovation-platforms": ["省级创新平台", [118, 25, 19, 15, 9], "E", ["innovation-platforms-provincial", "stock"]],
  "high-tech-enterprises": ["高新技术企业", [174, 57, 37, 41, 18], "E", ["high-tech-enterprises", "stock"]],
  "innovative-smes": ["创新型中小企业", [0, 164, 207, 219, 50], "E", ["innovative-smes-new", "new"]],
  "specialised-smes": ["省级专精特新企业", [31, 24, 33, 36, 22], "E", ["specialised-smes-new", "new"]],
  "little-giants": ["国家专精特新“小巨人”企业", [3, 1, 2, 3, 1], "E", ["little-giants-new", "new"]],
  "single-champions": ["制造业单项冠军企业", [1, 0, 1, 1, 0], "E", ["single-champions-new", "new"]],
  "leading-geese": ["头雁企业", [0, 1, 1, 1, 1], "E", ["leading-geese", "stock"]],
  "ten-billion-firms": ["百亿级制造业企业", [2, 0, 1, 0, 0], "E", ["ten-billion-mfg-firms-new", "since"]],
  "industrial-design-centres": ["省级工业设计中心", [2, 0, 0, 1, 1], "E", ["industrial-design-centres-new", "since"]],
  "provincial-clusters": ["省级产业集群", [0, 0, 1, 0, 0], "R", ["provincial-clusters", "since"], { 2024: 1 }],
  "sme-clusters": ["省级中小企业特色产业集群", [0, 0, 1, 0, 1], "R", ["sme-clusters-provincial", "since"]],
  "digital-leaders": ["“数字领航”企业", [0, 0, 0, 1, 0], "E", ["digital-leader-enterprises", "stock"]],
  "digital-benchmarks": ["中小企业数字化转型标杆", [0, 1, 2, 2, 1], "E", ["sme-digital-benchmarks", "stock"]],
  "digital-demo-zones": ["数字化转型示范区", [0, 0, 0, 1, 0], "Z", ["digital-demo-zones", "stock"]],
  "chain-masters": ["链主企业", [0, 3, 4, 5, 2], "E"],
  "independent-innovations": ["自主创新产品", [0, 0, 7, 6, 3], "E", ["independent-innovations", "since"]],
  "five-base-technologies": ["“五基”关键技术与产品", [0, 0, 2, 2, 1], "E", ["five-base-technologies", "since"]],
  "national-foundation-projects": ["产业基础再造工程项目", [0, 0, 0, 1, 0], "E", ["foundation-projects-national", "since"]],
  "listed-companies": ["上市挂牌企业", [2, 0, 1, 0, 1], "E", ["listed-companies-new", "new"]],
  "quality-awards": ["市长质量奖", [2, 1, 2, 2, 1], "E"],
  "service-manufacturing-demos": ["省级服务型制造示范", [1, 1, 2, 1, 1], "E", ["service-mfg-demos-new", "new"]],
  "industrial-internet-platforms": ["省级工业互联网平台", [1, 1, 1, 1, 0], "E"],
  "resource-bases": ["工业资源综合利用基地", [0, 1, 0, 1, 0], "R"],
  "industrial-bases": ["新型工业化产业示范基地", [1, 0, 1, 0, 0], "Z"],
  "zone-titles": ["转型升级示范开发区", [0, 0, 1, 1, 0], "Z"],
  "trademark-bases": ["商标品牌示范基地", [0, 0, 1, 1, 0], "Z"],
  "emergency-bases": ["应急产业示范基地", [0, 0, 0, 1, 0], "R"],
  "smart-islands": ["智慧岛", [0, 0, 1, 0, 0], "Z"],
  "talent-programmes": ["科技创新创业领军人才", [0, 2, 3, 3, 1], "E"],
  "talent-stations": ["院士工作站", [3, 1, 1, 2, 0], "E"],
  "craft-labs": ["工匠实验室", [0, 0, 2, 3, 1], "Z"],
  brands: ["制造业品牌", [0, 3, 4, 4, 2], "E"],
  "best-practices": ["典型做法", [0, 0, 4, 5, 2], "R"],
  commendations: ["先进单位", [0, 0, 3, 3, 0], "R"],
};
const YEARS = [2021, 2022, 2023, 2024, 2025];
const LAST_QUARTER = { 2025: 3 };

export function registerEntries(known, enterprises) {
  const regions = ZONES.map((zone) => zone.region).filter((code) => code !== "shangqiu-demo-area");
  const holders = {
    E: ["ENTERPRISE", enterprises.map((row) => row.code)],
    Z: ["ZONE", ZONES.map((zone) => zone.code)],
    R: ["REGION", [...new Set(regions)]],
  };
  const place = new Map(enterprises.map((row) => [row.code, row]));
  const rows = [];
  const counts = new Map();
  for (const [register, [title, byYear, holder, derived, real = {}]] of Object.entries(REGISTERS)) {
    if (!known.has(register)) throw new Error(`the real package has no register ${register}`);
    const random = stream(`register ${register}`);
    const [kind, codes] = holders[holder];
    const free = [...codes];
    let serial = 0;
    byYear.forEach((count, at) => {
      for (let i = 0; i < count; i += 1) {
        if (free.length === 0) free.push(...codes);
        const [holderCode] = free.splice(Math.floor(random.next() * free.length), 1);
        serial += 1;
        const year = at === 0 ? random.whole(2018, 2021) : YEARS[at];
        const quarter = random.whole(1, LAST_QUARTER[year] ?? 4);
        const ground = place.get(holderCode);
        rows.push({
          register,
          code: `sample-${String(serial).padStart(3, "0")}`,
          holder_kind: kind,
          holder_code: holderCode,
          title: `示例·${title}${serial}`,
          level: "示例",
          recognised_on: `${year}-Q${quarter}`,
          expires_on: register === "high-tech-enterprises" && year >= 2022 ? `${year + 3}` : "",
          lon: ground?.lon,
          lat: ground?.lat,
          document: "sample-registers",
          locator: `示例名录 ${register} 第${serial}行`,
        });
      }
    });
    if (derived) {
      const [indicator, how] = derived;
      const total = (from, to) => YEARS.reduce((sum, year, at) => (year >= from && year <= to ? sum + byYear[at] + (real[year] ?? 0) : sum), 0);
      const first = how === "since" ? 2023 : 2022;
      const years = YEARS.filter((year) => year >= first && year < 2025);
      counts.set(indicator, years.map((year) => [String(year), total({ stock: 2021, since: 2023, new: year }[how], year)]));
    }
  }
  return { rows, counts };
}
