//! Industries, the clusters they form, the chains they are links of, and the events held for them.

use super::codes::words;
use super::{Citation, EntityId, FromRecord, Kind, Names, Record, Unreadable};

words! {
    /// Age of an industry in the plan's words.
    IndustryTier {
        /// 传统产业
        Traditional = "TRADITIONAL",
        /// 新兴产业
        Emerging = "EMERGING",
        /// 未来产业
        Future = "FUTURE",
        /// 服务业
        Service = "SERVICE",
        /// 未写明
        Unspecified = "UNSPECIFIED",
    }
}
words! {
    /// What a cluster is called.
    ClusterKind {
        /// 千亿级产业集群
        HundredBillion = "HUNDRED_BILLION",
        /// 特色产业集群
        Characteristic = "CHARACTERISTIC",
        /// 省级集群
        Provincial = "PROVINCIAL",
        /// 国家级集群
        National = "NATIONAL",
        /// 其他
        Other = "OTHER",
    }
}
words! {
    /// How the plan speaks of a chain.
    ChainListing {
        /// 列为重点链
        NamedInPlan = "NAMED_IN_PLAN",
        /// 提及
        Mentioned = "MENTIONED",
    }
}
words! {
    /// How strong a stage of a chain is.
    StageState {
        /// 强
        Strong = "STRONG",
        /// 有
        Present = "PRESENT",
        /// 弱
        Weak = "WEAK",
        /// 缺
        Missing = "MISSING",
    }
}
words! {
    /// A place's part in a cluster or chain.
    IndustryRole {
        /// 所在地
        Host = "HOST",
        /// 成员
        Member = "MEMBER",
        /// 主导
        Leading = "LEADING",
    }
}
words! {
    /// What an event is.
    EventKind {
        /// 招商会
        InvestmentFair = "INVESTMENT_FAIR",
        /// 展会
        Exhibition = "EXHIBITION",
        /// 对接会
        Matchmaking = "MATCHMAKING",
        /// 大赛
        Contest = "CONTEST",
        /// 行动
        Campaign = "CAMPAIGN",
        /// 其他
        Other = "OTHER",
    }
}

/// An industry (产业).
#[derive(Debug, Clone)]
pub struct Industry {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// Age in the plan's words.
    pub tier: IndustryTier,
    /// Where it is named.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Industry {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            tier: row.word("tier", IndustryTier::from_word)?,
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// An industrial cluster (产业集群).
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// What it is called.
    pub kind: ClusterKind,
    /// Code of its industry.
    pub industry: Option<String>,
    /// Its size in the words of the source.
    pub scale_as_written: Option<String>,
    /// Where it lies.
    pub places: Vec<IndustryPlace>,
    /// Where it is named.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Cluster {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            kind: row.word("kind", ClusterKind::from_word)?,
            industry: row.maybe("industry"),
            scale_as_written: row.maybe("scale_as_written"),
            places: Vec::new(),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// An industrial chain (产业链).
#[derive(Debug, Clone)]
pub struct Chain {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// How the plan speaks of it.
    pub listing: ChainListing,
    /// Code of its industry.
    pub industry: Option<String>,
    /// Code of the unit that leads it (链长单位).
    pub lead_unit: Option<String>,
    /// Codes of the clusters it belongs to.
    pub clusters: Vec<String>,
    /// Its stages by tier.
    pub stages: Vec<ChainStage>,
    /// Where it lies.
    pub places: Vec<IndustryPlace>,
    /// Where it is named.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Chain {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            listing: row.word("listing", ChainListing::from_word)?,
            industry: row.maybe("industry"),
            lead_unit: row.maybe("lead_unit"),
            clusters: row.list("clusters"),
            stages: Vec::new(),
            places: Vec::new(),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

/// A stage of a chain: 原料 · 材料 · 零部件 · 终端产品.
#[derive(Debug, Clone)]
pub struct ChainStage {
    /// Number of its row; stages are no identities of their own.
    pub id: EntityId,
    /// Code of the chain.
    pub chain: String,
    /// Code within the chain.
    pub code: String,
    /// Name.
    pub name: Names,
    /// 1 原料 · 2 材料 · 3 零部件 · 4 终端产品.
    pub tier: u32,
    /// How strong it is, where a source says.
    pub state: Option<StageState>,
    /// Codes of the stages it feeds.
    pub feeds: Vec<String>,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for ChainStage {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            chain: row.need("chain")?,
            code: row.need("code")?,
            name: row.names("name", "name_en")?,
            tier: row.small("tier")?,
            state: row.maybe_word("state", StageState::from_word)?,
            feeds: row.list("feeds"),
            citation: row.citation()?,
        })
    }
}

/// A place of a cluster or chain.
#[derive(Debug, Clone)]
pub struct IndustryPlace {
    /// The cluster or chain.
    pub subject: (Kind, String),
    /// The region or zone.
    pub place: (Kind, String),
    /// The place's part.
    pub role: IndustryRole,
    /// Not written, concluded.
    pub inferred: bool,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for IndustryPlace {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            subject: (row.word("subject_kind", Kind::from_word)?, row.need("subject_code")?),
            place: (row.word("place_kind", Kind::from_word)?, row.need("place_code")?),
            role: row.word("role", IndustryRole::from_word)?,
            inferred: row.flag("inferred"),
            citation: row.citation()?,
        })
    }
}

/// Something held (活动): a fair, an exhibition, a contest.
#[derive(Debug, Clone)]
pub struct Event {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// What it is.
    pub kind: EventKind,
    /// Code of the region it is held in.
    pub region: Option<String>,
    /// Where it is named.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Event {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            kind: row.word("kind", EventKind::from_word)?,
            region: row.maybe("region"),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}
