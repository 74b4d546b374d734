//! The collections: which there are, what each asks, which properties its features have, and which conditions on them
//! the typed filters of the schema can say.

/// The questions of the collections.
pub const QUESTIONS: &str = include_str!("collections.graphql");

/// A collection of features.
#[derive(Debug)]
pub struct Collection {
    /// Its name in addresses, and that of its question.
    pub id: &'static str,
    /// The GraphQL type of its features.
    pub ty: &'static str,
    /// Title in Chinese and English.
    pub title: [&'static str; 2],
    /// What its features are, in Chinese and English.
    pub about: [&'static str; 2],
    /// The field that gives one of them by its code; none where all have to be gone through.
    pub single: Option<&'static str>,
    /// Whether the list is paged and takes a filter.
    pub filtered: bool,
    /// What is drawn of them.
    pub shape: Shape,
    /// Which properties say from when to when a feature is there; none when nothing does.
    pub time: Option<[&'static str; 2]>,
    /// Properties, in order.
    pub properties: &'static [&'static [Property]],
}

/// What the geometries of a collection are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Points.
    Point,
    /// Polygons, each as a multipolygon in files.
    Polygon,
    /// Any.
    Any,
}

/// A property of features.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// The heading of its column.
    pub heading: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it says, in Chinese and English.
    pub about: [&'static str; 2],
    /// How the typed filter says conditions on it.
    pub typed: Typed,
}

/// What the values of a property are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// Several texts.
    Texts,
    /// An exact number.
    Number,
    /// Yes or no; no where nothing is said.
    Boolean,
    /// A day.
    Date,
    /// The first day of the period that stands there.
    PeriodStart,
    /// The last day of the period that stands there.
    PeriodEnd,
    /// The earliest of several days.
    Earliest,
    /// The latest of several days.
    Latest,
}

impl Kind {
    /// Whether it is a day.
    pub const fn is_day(self) -> bool {
        matches!(self, Self::Date | Self::PeriodStart | Self::PeriodEnd | Self::Earliest | Self::Latest)
    }

    /// What it is called in Chinese and English.
    pub const fn name(self) -> [&'static str; 2] {
        match self {
            Self::Text => ["文本", "a text"],
            Self::Texts => ["文本列表", "a list of texts"],
            Self::Number => ["数", "a number"],
            Self::Boolean => ["TRUE 或 FALSE", "TRUE or FALSE"],
            _ => ["日期", "a date"],
        }
    }
}

/// How the typed filter of the schema says a condition on a property.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// Not at all.
    No,
    /// Equal to one of some texts: a condition `{eq}` or `{in}`. `exact` unless it lets more through.
    Text {
        /// The field of the filter.
        field: &'static str,
        /// Whether what it lets through is what was meant.
        exact: bool,
    },
    /// One of some words of an enumeration.
    Words(&'static str, &'static [&'static str]),
    /// At least one of some texts.
    OneOf(&'static str),
    /// The code of one thing that must exist. `exact` unless it lets more through.
    Code {
        /// The field of the filter.
        field: &'static str,
        /// Whether what it lets through is what was meant.
        exact: bool,
    },
    /// An amount in a unit.
    Amount(&'static str, &'static str),
}

const fn plain(name: &'static str, heading: &'static str, kind: Kind, about: [&'static str; 2]) -> Property {
    Property { name, heading, kind, about, typed: Typed::No }
}

const fn typed(
    name: &'static str,
    heading: &'static str,
    kind: Kind,
    about: [&'static str; 2],
    typed: Typed,
) -> Property {
    Property { name, heading, kind, about, typed }
}

const PLACE_CODE: [Property; 2] = [
    typed("code", "code", Kind::Text, ["代码", "Code"], Typed::Text { field: "code", exact: true }),
    // The filter looks at the names in both languages.
    typed("name", "name", Kind::Text, ["名称", "Name"], Typed::Text { field: "name", exact: false }),
];

const CODE: [Property; 2] =
    [plain("code", "code", Kind::Text, ["代码", "Code"]), plain("name", "name", Kind::Text, ["名称", "Name"])];

const FACT_CODE: [Property; 2] = [
    plain("code", "code", Kind::Text, ["代码", "Code"]),
    typed("name", "name", Kind::Text, ["名称", "Name"], Typed::Text { field: "name", exact: true }),
];

const NAME_EN: [Property; 1] =
    [plain("name_en", "nameEn", Kind::Text, ["英文名称；没有时为中文", "Name in English, else in Chinese"])];

const FOOTPRINT: [Property; 9] = [
    plain("area_km2", "footprint.area", Kind::Number, ["面积，平方公里，按椭球面", "Area in km², on the ellipsoid"]),
    plain(
        "valid_from",
        "footprint.validFrom",
        Kind::PeriodStart,
        ["边界自此日起", "The outline is valid from this day"],
    ),
    plain(
        "valid_to",
        "footprint.validTo",
        Kind::PeriodEnd,
        ["边界至此日止；空为至今", "The outline is valid to this day; null: still"],
    ),
    plain("accuracy", "footprint.accuracy", Kind::Text, ["边界精度", "How true the outline is"]),
    plain(
        "boundary_change",
        "footprint.change",
        Kind::Text,
        ["边界版本的原因", "Why this version of the outline exists"],
    ),
    plain(
        "derived",
        "footprint.derived",
        Kind::Boolean,
        ["边界由成员合成", "The outline is made of members' outlines"],
    ),
    plain(
        "geometry_sample",
        "footprint.sample",
        Kind::Boolean,
        ["边界为示例（虚构）", "The outline is made up for demonstration"],
    ),
    plain("review_number", "footprint.reviewNumber", Kind::Text, ["审图号", "Map review number"]),
    plain("attribution", "footprint.attributions", Kind::Texts, ["边界署名", "Attribution of the outline"]),
];

const SOURCE: [Property; 2] = [
    plain("source", "source", Kind::Text, ["出处：文件与位置", "Where it is said: title and place"]),
    plain("sample", "sample", Kind::Boolean, ["示例（虚构）数据", "Made up for demonstration"]),
];

const STAGES: &[&str] = &["SIGNED", "LANDED", "STARTED", "BUILDING", "IN_PRODUCTION", "ON_TARGET", "STOPPED"];
const KINDS: &[&str] = &["CITY", "DISTRICT", "COUNTY", "COUNTY_LEVEL_CITY", "FUNCTIONAL_AREA"];

/// All collections.
pub static COLLECTIONS: [Collection; 6] = [
    Collection {
        id: "regions",
        ty: "Region",
        title: ["行政区", "Regions"],
        about: ["行政区与功能区，及其边界。", "Administrative and functional areas with their outlines."],
        single: Some("region"),
        filtered: true,
        shape: Shape::Polygon,
        time: Some(["valid_from", "valid_to"]),
        properties: &[
            &PLACE_CODE,
            &NAME_EN,
            &[
                typed("kind", "kind", Kind::Text, ["种类", "Kind"], Typed::Words("kind", KINDS)),
                plain("adcode", "adcode", Kind::Text, ["行政区划代码", "Administrative division code"]),
                plain("parent", "parent.code", Kind::Text, ["上级行政区代码", "Code of the region above"]),
                plain("aliases", "aliases", Kind::Texts, ["别名", "Other names"]),
            ],
            &FOOTPRINT,
            &SOURCE,
        ],
    },
    Collection {
        id: "zones",
        ty: "Zone",
        title: ["开发区", "Development zones"],
        about: ["开发区，及其边界。", "Development zones with their outlines."],
        single: Some("zone"),
        filtered: true,
        shape: Shape::Polygon,
        time: Some(["valid_from", "valid_to"]),
        properties: &[
            &PLACE_CODE,
            &NAME_EN,
            &[
                plain("level", "level", Kind::Text, ["级别", "Level"]),
                plain("level_en", "levelEn", Kind::Text, ["级别（英文）", "Level in English"]),
                plain("leading_industries", "leadingIndustries", Kind::Texts, ["主导产业", "Leading industries"]),
                plain("listing", "listing", Kind::Text, ["是否在名录内", "Whether it is on the list of zones"]),
                // A list of the hosts; the filter takes one.
                typed(
                    "hosts",
                    "host.code",
                    Kind::Texts,
                    ["所在行政区代码", "Codes of the regions it lies in"],
                    Typed::Code { field: "host", exact: true },
                ),
                plain("predecessors", "predecessors.code", Kind::Texts, ["前身代码", "Codes of what it came from"]),
                plain("successors", "successors.code", Kind::Texts, ["后继代码", "Codes of what came of it"]),
                plain("note", "note", Kind::Text, ["备注", "Remark"]),
            ],
            &FOOTPRINT,
            &SOURCE,
        ],
    },
    Collection {
        id: "layout",
        ty: "LayoutElement",
        title: ["布局要素", "Elements of the layout"],
        about: ["规划空间布局的核、轴、带、节点。", "Cores, axes, belts and nodes of a plan's spatial layout."],
        single: None,
        filtered: false,
        shape: Shape::Any,
        time: Some(["valid_from", "valid_to"]),
        properties: &[
            &CODE,
            &NAME_EN,
            &[
                plain("plan", "plan.code", Kind::Text, ["规划代码", "Code of the plan"]),
                plain("form", "form", Kind::Text, ["形态", "Form"]),
                plain("inferred", "inferred", Kind::Boolean, ["由次序推断", "Inferred, not stated"]),
                plain("members", "members.place.code", Kind::Texts, ["成员代码", "Codes of its members"]),
                plain("member_roles", "members.role", Kind::Texts, ["成员的分工", "What each member is for"]),
                plain("note", "note", Kind::Text, ["备注", "Remark"]),
            ],
            &FOOTPRINT,
            &SOURCE,
        ],
    },
    Collection {
        id: "clusters",
        ty: "Cluster",
        title: ["产业集群", "Clusters"],
        about: ["产业集群，其边界为所在地点之并。", "Industrial clusters; each is drawn as the union of its places."],
        single: Some("cluster"),
        filtered: false,
        shape: Shape::Any,
        time: Some(["valid_from", "valid_to"]),
        properties: &[
            &CODE,
            &NAME_EN,
            &[
                plain("kind", "kind", Kind::Text, ["称谓", "What it is called"]),
                plain(
                    "scale_as_written",
                    "scaleAsWritten",
                    Kind::Text,
                    ["规模，照原文", "Size in the words of the source"],
                ),
                plain("chains", "chains.code", Kind::Texts, ["产业链代码", "Codes of its chains"]),
                plain("places", "places.place.code", Kind::Texts, ["所在地点代码", "Codes of its places"]),
                plain("note", "note", Kind::Text, ["备注", "Remark"]),
            ],
            &FOOTPRINT,
            &SOURCE,
        ],
    },
    Collection {
        id: "projects",
        ty: "Project",
        title: ["项目", "Projects"],
        about: ["项目，及其位置。", "Projects where they stand."],
        single: Some("project"),
        filtered: true,
        shape: Shape::Point,
        time: Some(["first_stage_on", "last_stage_on"]),
        properties: &[
            &FACT_CODE,
            &NAME_EN,
            &[
                typed("kinds", "kinds", Kind::Texts, ["类别代码", "Kinds"], Typed::OneOf("kinds")),
                typed("stage", "stage", Kind::Text, ["所处阶段", "Stage"], Typed::Words("stage", STAGES)),
                plain("batch", "batch", Kind::Text, ["批次，照原文", "Batch as written"]),
                typed(
                    "investment",
                    "investment.value",
                    Kind::Number,
                    ["总投资，亿元", "Total investment in 100 million yuan"],
                    Typed::Amount("investment", "CNY-1e8"),
                ),
                typed(
                    "zone",
                    "zone.code",
                    Kind::Text,
                    ["开发区代码", "Code of the zone"],
                    Typed::Code { field: "zone", exact: true },
                ),
                // The filter means the regions below it too.
                typed(
                    "region",
                    "region.code",
                    Kind::Text,
                    ["行政区代码", "Code of the region"],
                    Typed::Code { field: "region", exact: false },
                ),
                typed(
                    "cluster",
                    "cluster.code",
                    Kind::Text,
                    ["产业集群代码", "Code of the cluster"],
                    Typed::Code { field: "cluster", exact: true },
                ),
                typed(
                    "chain",
                    "chain.code",
                    Kind::Text,
                    ["产业链代码", "Code of the chain"],
                    Typed::Code { field: "chain", exact: true },
                ),
                typed(
                    "tasks",
                    "tasks.code",
                    Kind::Texts,
                    ["所服务的任务代码", "Codes of the tasks it serves"],
                    Typed::Code { field: "task", exact: true },
                ),
                plain("stages", "stageHistory.stage", Kind::Texts, ["已到达的阶段", "Stages it reached"]),
                plain(
                    "first_stage_on",
                    "stageHistory.on",
                    Kind::Earliest,
                    ["最早一个阶段的日期", "When it reached the first stage known"],
                ),
                plain(
                    "last_stage_on",
                    "stageHistory.on",
                    Kind::Latest,
                    ["最近一个阶段的日期", "When it reached the last stage known"],
                ),
            ],
            &SOURCE,
        ],
    },
    Collection {
        id: "enterprises",
        ty: "Enterprise",
        title: ["企业", "Enterprises"],
        about: [
            "企业，及其位置；单个企业的数据保密。",
            "Enterprises where they stand; figures of single ones are suppressed.",
        ],
        single: Some("enterprise"),
        filtered: true,
        shape: Shape::Point,
        time: None,
        properties: &[
            &FACT_CODE,
            &NAME_EN,
            &[
                typed(
                    "zone",
                    "zone.code",
                    Kind::Text,
                    ["开发区代码", "Code of the zone"],
                    Typed::Code { field: "zone", exact: true },
                ),
                typed(
                    "region",
                    "region.code",
                    Kind::Text,
                    ["行政区代码", "Code of the region"],
                    Typed::Code { field: "region", exact: false },
                ),
                typed(
                    "chain",
                    "chain.code",
                    Kind::Text,
                    ["产业链代码", "Code of the chain"],
                    Typed::Code { field: "chain", exact: true },
                ),
                plain(
                    "chain_stages",
                    "stages.code",
                    Kind::Texts,
                    ["产业链环节代码", "Codes of the stages of the chain"],
                ),
                typed(
                    "registers",
                    "honours.register.code",
                    Kind::Texts,
                    ["列入的名录代码", "Codes of the registers that list it"],
                    Typed::Code { field: "register", exact: true },
                ),
            ],
            &SOURCE,
        ],
    },
];

impl Collection {
    /// The one of a name.
    pub fn of(id: &str) -> Option<&'static Self> {
        COLLECTIONS.iter().find(|collection| collection.id == id)
    }

    /// Its own properties, in order.
    pub fn own(&self) -> impl Iterator<Item = &'static Property> + use<> {
        self.properties.iter().flat_map(|group| group.iter())
    }
}
