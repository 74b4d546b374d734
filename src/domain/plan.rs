//! The plan as a text: its outline, its groups of tasks, and the mechanisms it speaks of.

use super::codes::words;
use super::{Citation, EntityId, FromRecord, Names, PeriodCode, Record, Unreadable};

words! {
    /// Standing of a plan.
    PlanStatus {
        /// 征求意见稿
        DraftForComment = "DRAFT_FOR_COMMENT",
        /// 已通过
        Adopted = "ADOPTED",
        /// 实施中
        InForce = "IN_FORCE",
        /// 已结束
        Closed = "CLOSED",
        /// 已被替代
        Superseded = "SUPERSEDED",
    }
}

/// An industrial plan (规划).
#[derive(Debug, Clone)]
pub struct Plan {
    /// Identity.
    pub id: EntityId,
    /// Slug.
    pub code: String,
    /// Name.
    pub name: Names,
    /// Standing.
    pub status: PlanStatus,
    /// Version in the words of the source.
    pub version: String,
    /// First period it covers.
    pub from: PeriodCode,
    /// Last period it covers.
    pub to: PeriodCode,
    /// Code of the region it is for.
    pub region: String,
    /// Code of the plan it replaces.
    pub supersedes: Option<String>,
    /// IANA time zone in which its days end.
    pub time_zone: String,
    /// Where it is said.
    pub citations: Vec<Citation>,
}

impl FromRecord for Plan {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            status: row.word("status", PlanStatus::from_word)?,
            version: row.need("version")?,
            from: row.parse("from")?,
            to: row.parse("to")?,
            region: row.need("region")?,
            supersedes: row.maybe("supersedes"),
            time_zone: row.need("time_zone")?,
            citations: vec![row.citation()?],
        })
    }
}

/// A heading or numbered item of the plan's text: 一 / (一) / 1.
#[derive(Debug, Clone)]
pub struct Section {
    /// Identity.
    pub id: EntityId,
    /// `PLAN/S2.1.3`.
    pub code: String,
    /// Code of the plan.
    pub plan: String,
    /// Code of the section it stands in.
    pub parent: Option<String>,
    /// Order among its siblings.
    pub position: u32,
    /// 1 = 一, 2 = (一), 3 = 1.
    pub level: u32,
    /// Number as written.
    pub number: String,
    /// Title.
    pub title: Names,
    /// Its own text, verbatim; empty for a bare heading.
    pub text: String,
    /// The bracketed responsible units, verbatim.
    pub responsibility_as_written: Option<String>,
    /// The units of that bracket, in order.
    pub units: Vec<SectionUnit>,
    /// Where it stands.
    pub citations: Vec<Citation>,
}

impl FromRecord for Section {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            plan: row.need("plan")?,
            parent: row.in_plan("parent")?,
            position: row.small("position")?,
            level: row.small("level")?,
            number: row.need("number")?,
            title: row.names("title", "title_en")?,
            text: row.maybe("text").unwrap_or_default(),
            responsibility_as_written: row.maybe("responsibility_as_written"),
            units: Vec::new(),
            citations: vec![row.citation()?],
        })
    }
}

/// A unit named in the bracket after a section.
#[derive(Debug, Clone)]
pub struct SectionUnit {
    /// Code of the section.
    pub section: String,
    /// Code of the unit.
    pub unit: String,
    /// Order in the bracket.
    pub position: u32,
    /// Its name there.
    pub name_as_written: String,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for SectionUnit {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            section: row.in_plan("section")?.unwrap_or_default(),
            unit: row.need("unit")?,
            position: row.small("position")?,
            name_as_written: row.need("name_as_written")?,
            citation: row.citation()?,
        })
    }
}

/// A group of the list of tasks (任务组).
#[derive(Debug, Clone)]
pub struct Group {
    /// Identity.
    pub id: EntityId,
    /// `PLAN/3`.
    pub code: String,
    /// Code of the plan.
    pub plan: String,
    /// Number in the list.
    pub number: u32,
    /// Name.
    pub name: Names,
    /// Code of the section it sums up.
    pub section: Option<String>,
    /// Where it is said.
    pub citations: Vec<Citation>,
}

impl FromRecord for Group {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            plan: row.need("plan")?,
            number: row.small("number")?,
            name: row.names("name", "name_en")?,
            section: row.in_plan("section")?,
            citations: vec![row.citation()?],
        })
    }
}

/// A thing the plan sets going, and where its data has its home (or which later part it waits for).
#[derive(Debug, Clone)]
pub struct Mechanism {
    /// `PLAN/code`.
    pub code: String,
    /// Code of the plan.
    pub plan: String,
    /// Part of the plan it belongs to.
    pub part: String,
    /// Name.
    pub name: Names,
    /// Codes of the sections that speak of it.
    pub sections: Vec<String>,
    /// Codes of the tasks that speak of it.
    pub tasks: Vec<String>,
    /// What the plan names under it.
    pub named: Vec<String>,
    /// Kind of its home.
    pub home_kind: Option<String>,
    /// Codes of its homes.
    pub homes: Vec<String>,
    /// Later part of the product it waits for.
    pub waits_for: Option<String>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Mechanism {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        let plan = row.need("plan")?;
        let full = |codes: Vec<String>| codes.into_iter().map(|code| format!("{plan}/{code}")).collect();
        Ok(Self {
            code: row.key(),
            part: row.need("part")?,
            name: row.names("name", "name_en")?,
            sections: full(row.list("sections")),
            tasks: full(row.list("tasks")),
            named: row.list("named"),
            home_kind: row.maybe("home_kind"),
            homes: row.list("home"),
            waits_for: row.maybe("waits_for"),
            note: row.maybe("note"),
            plan,
        })
    }
}

words! {
    /// Whether a plan says what a term means.
    TermKind {
        /// 两种含义
        Ambiguous = "AMBIGUOUS",
        /// 未定义
        Undefined = "UNDEFINED",
        /// 已定义
        Defined = "DEFINED",
    }
}

/// A term of the plan, and what it is to mean.
#[derive(Debug, Clone)]
pub struct Term {
    /// Code of the plan.
    pub plan: String,
    /// The term, as written.
    pub term: String,
    /// Whether the plan says what it means.
    pub kind: TermKind,
    /// Its meanings; for an undefined one, what is left open.
    pub meanings: Vec<String>,
    /// The same in English.
    pub meanings_en: Vec<String>,
    /// How the data takes it.
    pub note: Option<String>,
    /// The same in English.
    pub note_en: Option<String>,
    /// Where it stands.
    pub citation: Citation,
}

impl FromRecord for Term {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            plan: row.need("plan")?,
            term: row.need("term")?,
            kind: row.word("kind", TermKind::from_word)?,
            meanings: row.list("meanings"),
            meanings_en: row.list("meanings_en"),
            note: row.maybe("note"),
            note_en: row.maybe("note_en"),
            citation: row.citation()?,
        })
    }
}
