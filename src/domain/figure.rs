//! What is measured, and the lists of names whose length is a measure.

use rust_decimal::Decimal;

use super::codes::words;
use super::{
    Accumulation, Citation, EntityId, Formula, Frequency, FromRecord, Kind, Names, PeriodCode, Record, Unit, Unreadable,
};

words! {
    /// Whether values may be summed.
    Additivity {
        /// 可加
        Additive = "ADDITIVE",
        /// 仅可跨主体相加
        SemiAdditive = "SEMI_ADDITIVE",
        /// 不可加
        NonAdditive = "NON_ADDITIVE",
    }
}
words! {
    /// Which way is better.
    Polarity {
        /// 越高越好
        HigherIsBetter = "HIGHER_IS_BETTER",
        /// 越低越好
        LowerIsBetter = "LOWER_IS_BETTER",
        /// 中性
        Neutral = "NEUTRAL",
    }
}

/// Something measured (指标), with its scope (口径).
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// 口径: scope, threshold, price basis, exclusions.
    pub definition: Names,
    /// Unit it is usually given in.
    pub unit: &'static Unit,
    /// How often it is published.
    pub frequency: Frequency,
    /// How its values relate to their period.
    pub accumulation: Accumulation,
    /// Whether values may be summed.
    pub additivity: Additivity,
    /// Which way is better.
    pub polarity: Polarity,
    /// How it is computed.
    pub formula: Option<String>,
    /// Code of the indicator that weighs it.
    pub weight: Option<String>,
    /// Code of the unit that owes its figures.
    pub steward: Option<String>,
    /// Kinds of things it is measured for.
    pub applies_to: Vec<Kind>,
    /// Breaks in its definition, oldest first.
    pub breaks: Vec<DefinitionBreak>,
    /// Where it is defined.
    pub citations: Vec<Citation>,
}

impl Indicator {
    /// How it follows from other figures, where its formula says so in codes.
    pub fn rule(&self) -> Option<Formula> {
        self.formula.as_deref().and_then(Formula::read)
    }
}

impl FromRecord for Indicator {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            definition: row.names("definition", "definition_en")?,
            unit: row.word("unit", super::unit)?,
            frequency: row.word("frequency", Frequency::from_word)?,
            accumulation: row.word("accumulation", Accumulation::from_word)?,
            additivity: row.word("additivity", Additivity::from_word)?,
            polarity: row.word("polarity", Polarity::from_word)?,
            formula: row.maybe("formula"),
            weight: row.maybe("weight"),
            steward: row.maybe("steward"),
            applies_to: row.list("applies_to").iter().filter_map(|word| Kind::from_word(word)).collect(),
            breaks: Vec::new(),
            citations: vec![row.citation()?],
        })
    }
}

/// A break in an indicator's definition; no series connects across one without saying so.
#[derive(Debug, Clone)]
pub struct DefinitionBreak {
    /// Code of the indicator.
    pub indicator: String,
    /// First period of the new definition.
    pub at: PeriodCode,
    /// What changed.
    pub note: Names,
    /// Old values times this are comparable with new ones.
    pub link_factor: Option<Decimal>,
    /// Where it is said.
    pub citation: Citation,
}

impl FromRecord for DefinitionBreak {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            indicator: row.need("indicator")?,
            at: row.parse("at")?,
            note: row.names("note", "note_en")?,
            link_factor: row.maybe_decimal("link_factor"),
            citation: row.citation()?,
        })
    }
}

/// 名录: a list of things recognised by an authority; its count over time is the actual of its indicator.
#[derive(Debug, Clone)]
pub struct Register {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Name.
    pub name: Names,
    /// Who recognises.
    pub authority: Option<String>,
    /// Code of the indicator that its count is.
    pub indicator: Option<String>,
    /// Where it is said.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Register {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            name: row.names("name", "name_en")?,
            authority: row.maybe("authority"),
            indicator: row.maybe("indicator"),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}
