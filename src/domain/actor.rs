//! Who is answerable.

use chrono::NaiveDate;

use super::codes::words;
use super::{Citation, EntityId, FromRecord, Names, Record, Unreadable};

words! {
    /// What a unit is.
    UnitKind {
        /// 政府部门
        Department = "DEPARTMENT",
        /// 党委机构
        PartyBody = "PARTY_BODY",
        /// 人民政府
        Government = "GOVERNMENT",
        /// 管委会
        Committee = "COMMITTEE",
        /// 若干单位的合称
        Collective = "COLLECTIVE",
        /// 其他
        Other = "OTHER",
    }
}
words! {
    /// How another spelling came about.
    AliasKind {
        /// 简称
        Short = "SHORT",
        /// 笔误
        Typo = "TYPO",
        /// 曾用名
        Former = "FORMER",
        /// 异写
        Variant = "VARIANT",
    }
}
words! {
    /// Part of a unit in a task.
    UnitRole {
        /// 牵头
        Lead = "LEAD",
        /// 配合
        Support = "SUPPORT",
        /// 负责
        Responsible = "RESPONSIBLE",
        /// 按职责分工负责
        ByDuty = "BY_DUTY",
        /// 未写明
        Unspecified = "UNSPECIFIED",
    }
}

/// A responsible unit (责任单位); one unit may have many spellings.
#[derive(Debug, Clone)]
pub struct ResponsibleUnit {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// What it is.
    pub kind: UnitKind,
    /// Codes of the regions of its area; none when the whole city or unknown.
    pub regions: Vec<String>,
    /// Known to exist since.
    pub valid_from: Option<NaiveDate>,
    /// Known to exist until.
    pub valid_to: Option<NaiveDate>,
    /// Code of the unit that took over.
    pub successor: Option<String>,
    /// Other spellings.
    pub aliases: Vec<Alias>,
    /// Where it is named.
    pub citations: Vec<Citation>,
}

impl FromRecord for ResponsibleUnit {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            kind: row.word("kind", UnitKind::from_word)?,
            regions: row.list("regions"),
            valid_from: row.maybe_date("valid_from")?,
            valid_to: row.maybe_date("valid_to")?,
            successor: row.maybe("successor"),
            aliases: Vec::new(),
            citations: vec![row.citation()?],
        })
    }
}

/// Another spelling of a unit.
#[derive(Debug, Clone)]
pub struct Alias {
    /// Code of the unit.
    pub unit: String,
    /// The spelling.
    pub alias: String,
    /// How it came about.
    pub kind: AliasKind,
    /// Where it stands.
    pub citation: Citation,
}

impl FromRecord for Alias {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            unit: row.need("unit")?,
            alias: row.need("alias")?,
            kind: row.word("kind", AliasKind::from_word)?,
            citation: row.citation()?,
        })
    }
}
