// What the overlay assumes of each zone and county. Seats are approximate; everything else is made up.
/** Zone: seat, county whose ground it is drawn on, size of the outline, revenue of 2024 (0.1 亿元), growth. */
export const ZONES = [
  { code: "yushang", short: "豫商", en: "Yushang", county: "411402", region: "shangqiu-demo-area", lat: 34.4, lon: 115.72, km: 3.0, revenue: 6204, growth: [0.11, 0.12], weight: 60, industries: ["nev", "materials"] },
  { code: "sq-gaoxin", short: "商丘高新", en: "Shangqiu", county: "411402", region: "411402", lat: 34.47, lon: 115.6, km: 2.7, revenue: 5416, growth: [0.07, 0.06], weight: 46, industries: ["medicine", "food"] },
  { code: "suiyang", short: "睢阳", en: "Suiyang", county: "411403", region: "411403", lat: 34.36, lon: 115.6, km: 2.2, revenue: 2388, growth: [0.06, 0.08], weight: 34, industries: ["textiles", "chemicals"] },
  { code: "minquan", short: "民权", en: "Minquan", county: "411421", region: "411421", lat: 34.66, lon: 115.17, km: 2.6, revenue: 4107, growth: [0.08, 0.09], weight: 40, industries: ["refrigeration"] },
  { code: "suixian", short: "睢县", en: "Suixian", county: "411422", region: "411422", lat: 34.44, lon: 115.09, km: 2.3, revenue: 3052, growth: [0.1, 0.07], weight: 36, industries: ["footwear", "electronics"] },
  { code: "ningling", short: "宁陵", en: "Ningling", county: "411423", region: "411423", lat: 34.46, lon: 115.33, km: 1.8, revenue: 1503, growth: [0.05, 0.07], weight: 26, industries: ["fertiliser"] },
  { code: "zhecheng", short: "柘城", en: "Zhecheng", county: "411424", region: "411424", lat: 34.1, lon: 115.29, km: 2.2, revenue: 2861, growth: [0.09, 0.02], weight: 34, industries: ["superhard", "medicine"] },
  { code: "yucheng", short: "虞城", en: "Yucheng", county: "411425", region: "411425", lat: 34.41, lon: 115.87, km: 2.5, revenue: 3304, growth: [0.06, 0.08], weight: 38, industries: ["gauges", "textiles", "food"] },
  { code: "xiayi", short: "夏邑", en: "Xiayi", county: "411426", region: "411426", lat: 34.25, lon: 116.12, km: 2.2, revenue: 2597, growth: [0.05, 0.06], weight: 32, industries: ["textiles"] },
  { code: "yongcheng", short: "永城", en: "Yongcheng", county: "411481", region: "411481", lat: 33.95, lon: 116.43, km: 3.3, revenue: 6812, growth: [0.04, 0.05], weight: 54, industries: ["metals", "coal", "food"] },
];

/** Industry: words, and the cluster and chain of the real package that its projects belong to. */
export const INDUSTRIES = {
  nev: { zh: "新能源汽车", en: "new-energy vehicle", cluster: "sq-new-energy-vehicles", chain: "sq-new-energy-vehicles", works: [["动力电池", "traction battery"], ["专用车总装", "special vehicle assembly"], ["电驱总成", "electric drive"], ["汽车线束", "wiring harness"]] },
  materials: { zh: "新材料", en: "new materials", cluster: "sq-new-materials", chain: "", works: [["铝箔", "aluminium foil"], ["电池材料", "battery materials"], ["高分子材料", "polymer"]] },
  medicine: { zh: "生物医药", en: "biomedicine", cluster: "sq-biomedicine", chain: "sq-biomedicine", works: [["原料药", "active ingredients"], ["医用敷料", "medical dressing"], ["中药饮片", "herbal medicine"]] },
  food: { zh: "食品加工", en: "food", cluster: "sq-food-processing", chain: "", works: [["面制品", "flour products"], ["冷冻食品", "frozen food"], ["休闲食品", "snacks"]] },
  textiles: { zh: "纺织服装", en: "textile", cluster: "sq-textiles-apparel-footwear", chain: "sq-textiles-apparel", works: [["智能纺纱", "smart spinning"], ["针织服装", "knitwear"], ["功能面料", "functional fabric"]] },
  chemicals: { zh: "化工", en: "chemical", cluster: "", chain: "sq-chemicals", works: [["精细化工", "fine chemicals"], ["涂料", "coatings"]] },
  refrigeration: { zh: "制冷装备", en: "refrigeration", cluster: "sq-refrigeration", chain: "sq-refrigeration", works: [["商用冷柜", "commercial freezers"], ["冷藏车", "refrigerated trucks"], ["压缩机", "compressors"]] },
  footwear: { zh: "制鞋", en: "footwear", cluster: "sq-footwear", chain: "sq-textiles-apparel-footwear", works: [["运动鞋", "sports shoes"], ["鞋底材料", "shoe soles"], ["鞋机", "shoe machines"]] },
  electronics: { zh: "电子信息", en: "electronics", cluster: "sq-new-it", chain: "", works: [["精密结构件", "precision parts"], ["连接器", "connectors"]] },
  fertiliser: { zh: "复合肥", en: "fertiliser", cluster: "sq-agrochemicals", chain: "sq-compound-fertiliser", works: [["水溶肥", "soluble fertiliser"], ["缓释肥", "slow-release fertiliser"]] },
  superhard: { zh: "超硬材料", en: "superhard materials", cluster: "sq-lab-diamond", chain: "sq-superhard-materials", works: [["金刚石微粉", "diamond powder"], ["培育钻石", "laboratory-grown diamond"], ["金刚石工具", "diamond tools"]] },
  gauges: { zh: "工量具", en: "measuring tools", cluster: "sq-precision-gauges", chain: "sq-equipment-manufacturing", works: [["钢卷尺", "tape measures"], ["智能量具", "smart gauges"], ["五金工具", "hardware tools"]] },
  metals: { zh: "金属新材料", en: "new metal materials", cluster: "sq-yongcheng-metal", chain: "sq-advanced-metals", works: [["铝板带", "aluminium strip"], ["再生铝", "recycled aluminium"], ["特种钢", "special steel"]] },
  coal: { zh: "煤基新材料", en: "coal-based materials", cluster: "sq-coal-based-materials", chain: "sq-chemicals", works: [["可降解材料", "degradable materials"], ["醋酸下游", "acetic acid products"]] },
};

/** County or demonstration area: weights for shares of the city's totals. */
export const COUNTIES = [
  { code: "411402", gdp: 280, invest: 9, firms: 9, people: 90.2 },
  { code: "411403", gdp: 320, invest: 9, firms: 10, people: 87.5 },
  { code: "411421", gdp: 285, invest: 11, firms: 11, people: 73.1 },
  { code: "411422", gdp: 240, invest: 9, firms: 10, people: 67.4 },
  { code: "411423", gdp: 185, invest: 7, firms: 7, people: 51.6 },
  { code: "411424", gdp: 284, invest: 9, firms: 9, people: 77.1 },
  { code: "411425", gdp: 350, invest: 12, firms: 13, people: 87.9 },
  { code: "411426", gdp: 325, invest: 10, firms: 11, people: 83.4 },
  { code: "411481", gdp: 720, invest: 16, firms: 14, people: 124.6 },
  { code: "shangqiu-demo-area", gdp: 120, invest: 8, firms: 6, people: 26.8 },
];
