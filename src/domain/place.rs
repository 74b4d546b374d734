//! Places: administrative regions, development zones, elements of a plan's layout, and their outlines.

use super::codes::words;
use super::{Citation, EntityId, FromRecord, Kind, Names, Record, Unreadable};

words! {
    /// What a region is.
    RegionKind {
        /// 地级市
        City = "CITY",
        /// 市辖区
        District = "DISTRICT",
        /// 县
        County = "COUNTY",
        /// 县级市
        CountyLevelCity = "COUNTY_LEVEL_CITY",
        /// 功能区
        FunctionalArea = "FUNCTIONAL_AREA",
    }
}
words! {
    /// Whether a zone is on the official list.
    ZoneListing {
        /// 已核实
        Confirmed = "CONFIRMED",
        /// 很可能
        Probable = "PROBABLE",
        /// 未核实
        Unconfirmed = "UNCONFIRMED",
    }
}
words! {
    /// Form in which a layout element is drawn.
    LayoutForm {
        /// 核
        Core = "CORE",
        /// 轴
        Axis = "AXIS",
        /// 带
        Belt = "BELT",
        /// 组团
        Group = "GROUP",
        /// 节点
        Node = "NODE",
        /// 片区
        Area = "AREA",
    }
}
words! {
    /// How true an outline is, best first.
    BoundaryAccuracy {
        /// 勘测
        Surveyed = "SURVEYED",
        /// 官方公布
        OfficialPublished = "OFFICIAL_PUBLISHED",
        /// 数字化
        Digitised = "DIGITISED",
        /// 示意
        Schematic = "SCHEMATIC",
    }
}
words! {
    /// Why a version of an outline exists.
    BoundaryChange {
        /// 初始
        Initial = "INITIAL",
        /// 合并
        Merge = "MERGE",
        /// 拆分
        Split = "SPLIT",
        /// 划转
        Transfer = "TRANSFER",
        /// 仅更名
        RenameOnly = "RENAME_ONLY",
        /// 重新数字化
        Redigitised = "REDIGITISED",
    }
}
words! {
    /// What a fact of a profile is about.
    ProfileTopic {
        /// 级别
        Level = "LEVEL",
        /// 土地
        Land = "LAND",
        /// 公用设施
        Utilities = "UTILITIES",
        /// 价格
        Prices = "PRICES",
        /// 交通
        Transport = "TRANSPORT",
        /// 政策
        Policy = "POLICY",
        /// 办公联系
        Office = "OFFICE",
        /// 产业
        Industry = "INDUSTRY",
        /// 企业
        Enterprises = "ENTERPRISES",
        /// 沿革
        History = "HISTORY",
    }
}

/// An administrative region or a functional area (行政区).
#[derive(Debug, Clone)]
pub struct Region {
    /// Identity.
    pub id: EntityId,
    /// Adcode where there is one.
    pub code: String,
    /// Name.
    pub name: Names,
    /// What it is.
    pub kind: RegionKind,
    /// GB/T 2260 code.
    pub adcode: Option<String>,
    /// Code of the region it is part of.
    pub parent: Option<String>,
    /// Order.
    pub position: u32,
    /// Other names.
    pub aliases: Vec<String>,
    /// Facts with a date and no number.
    pub facts: Vec<ProfileFact>,
    /// Where it is named.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Region {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            kind: row.word("kind", RegionKind::from_word)?,
            adcode: row.maybe("adcode"),
            parent: row.maybe("parent"),
            position: row.small("position")?,
            aliases: row.list("aliases"),
            facts: Vec::new(),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// A development zone (开发区).
#[derive(Debug, Clone)]
pub struct Zone {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// Level as a source states it.
    pub level: Option<Names>,
    /// Leading industries.
    pub leading: Vec<String>,
    /// The same in English; ours, may be empty.
    pub leading_en: Vec<String>,
    /// Whether it is on the official list.
    pub listing: ZoneListing,
    /// Order.
    pub position: u32,
    /// Regions it lies in.
    pub hosts: Vec<ZoneHost>,
    /// Zones that became this one.
    pub predecessors: Vec<Lineage>,
    /// Zones that this one became.
    pub successors: Vec<Lineage>,
    /// Facts with a date and no number.
    pub facts: Vec<ProfileFact>,
    /// Where it is named.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Zone {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            level: row.maybe("level").map(|zh| Names { zh, en: row.maybe("level_en") }),
            leading: row.list("leading"),
            leading_en: row.list("leading_en"),
            listing: row.word("listing", ZoneListing::from_word)?,
            position: row.small("position")?,
            hosts: Vec::new(),
            predecessors: Vec::new(),
            successors: Vec::new(),
            facts: Vec::new(),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// A region that a zone lies in.
#[derive(Debug, Clone)]
pub struct ZoneHost {
    /// Code of the zone.
    pub zone: String,
    /// Code of the region.
    pub region: String,
    /// Not written, concluded.
    pub inferred: bool,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for ZoneHost {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            zone: row.need("zone")?,
            region: row.need("region")?,
            inferred: row.flag("inferred"),
            citation: row.citation()?,
        })
    }
}

/// A zone that became another.
#[derive(Debug, Clone)]
pub struct Lineage {
    /// Code of the older zone.
    pub predecessor: String,
    /// Code of the newer zone.
    pub successor: String,
    /// Year, month or day, as far as known.
    pub on: Option<String>,
    /// Not written, concluded.
    pub inferred: bool,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for Lineage {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            predecessor: row.need("predecessor")?,
            successor: row.need("successor")?,
            on: row.maybe("on"),
            inferred: row.flag("inferred"),
            citation: row.citation()?,
        })
    }
}

/// An element of the plan's spatial layout (布局要素), defined by its members.
#[derive(Debug, Clone)]
pub struct LayoutElement {
    /// Identity.
    pub id: EntityId,
    /// `PLAN/core`.
    pub code: String,
    /// Code of the plan.
    pub plan: String,
    /// Name.
    pub name: Names,
    /// Form it is drawn in.
    pub form: LayoutForm,
    /// Order.
    pub position: u32,
    /// The mapping is ours, not written.
    pub inferred: bool,
    /// Members in order.
    pub members: Vec<LayoutMember>,
    /// Where it is said.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for LayoutElement {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            plan: row.need("plan")?,
            name: row.names("name", "name_en")?,
            form: row.word("form", LayoutForm::from_word)?,
            position: row.small("position")?,
            inferred: row.flag("inferred"),
            members: Vec::new(),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// A member of a layout element.
#[derive(Debug, Clone)]
pub struct LayoutMember {
    /// Code of the layout element.
    pub layout: String,
    /// The region or zone.
    pub place: (Kind, String),
    /// Order.
    pub position: u32,
    /// Its part, in the words of the plan.
    pub role: Names,
    /// Not named in the text.
    pub inferred: bool,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for LayoutMember {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            layout: row.in_plan("layout")?.unwrap_or_default(),
            place: (row.word("place_kind", Kind::from_word)?, row.need("place_code")?),
            position: row.small("position")?,
            role: row.names("role", "role_en")?,
            inferred: row.flag("inferred"),
            citation: row.citation()?,
        })
    }
}

/// Text about a place with a date it was last checked: land, utilities, transport, office contact …
#[derive(Debug, Clone)]
pub struct ProfileFact {
    /// The region or zone.
    pub place: (Kind, String),
    /// What it is about.
    pub topic: ProfileTopic,
    /// The text.
    pub text: Names,
    /// Year, month or day it was true, as far as known.
    pub valid_on: Option<String>,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for ProfileFact {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            place: (row.word("place_kind", Kind::from_word)?, row.need("place_code")?),
            topic: row.word("topic", ProfileTopic::from_word)?,
            text: row.names("text", "text_en")?,
            valid_on: row.maybe("valid_on"),
            citation: row.citation()?,
        })
    }
}
