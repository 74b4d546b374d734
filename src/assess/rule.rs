//! The rules by which lights are given: data with a code and a version, in `schema/rules.csv`.

use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::Deserialize;

use crate::domain::Names;

/// A rule as it stands in one version. A changed number or text is a new version.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Code.
    pub code: String,
    /// Version.
    pub version: u32,
    /// Share of the amount due from which a miss is still AMBER.
    pub amber_share: Decimal,
    /// For rates: AMBER within so many percentage points.
    pub amber_points: Decimal,
    /// For indices: AMBER within so many points.
    pub amber_index: Decimal,
    /// Elsewhere, where no ratio makes sense: AMBER within this share of the amount due.
    pub amber_distance: Decimal,
    /// Tolerance of 左右 as a share of the amount due, where the text states none.
    pub tolerance_share: Decimal,
    /// The same for rates, in percentage points.
    pub tolerance_points: Decimal,
    /// What it says.
    pub text: Names,
}

#[derive(Deserialize)]
struct Row {
    code: String,
    version: u32,
    amber_share: Decimal,
    amber_points: Decimal,
    amber_index: Decimal,
    amber_distance: Decimal,
    tolerance_share: Decimal,
    tolerance_points: Decimal,
    text: String,
    text_en: String,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../schema/rules.csv").as_bytes());
    let rows = reader.deserialize().filter_map(Result::ok);
    rows.map(|row: Row| Rule {
        code: row.code,
        version: row.version,
        amber_share: row.amber_share,
        amber_points: row.amber_points,
        amber_index: row.amber_index,
        amber_distance: row.amber_distance,
        tolerance_share: row.tolerance_share,
        tolerance_points: row.tolerance_points,
        text: Names { zh: row.text, en: Some(row.text_en) },
    })
    .collect()
});

/// Every rule in force.
pub fn rules() -> &'static [Rule] {
    &RULES
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleOf {
    /// Numbers that fall due.
    Due,
    /// Numbers that hold in every period.
    Floor,
    /// Yearly quotas.
    PerYear,
    /// Counts over a threshold.
    Count,
    /// Tasks.
    Task,
}

impl RuleOf {
    /// The rule in force.
    pub fn rule(self) -> &'static Rule {
        let code = match self {
            Self::Due => "due",
            Self::Floor => "floor",
            Self::PerYear => "per-year",
            Self::Count => "count",
            Self::Task => "task",
        };
        // The file is part of the program; a test holds it complete.
        RULES.iter().find(|rule| rule.code == code).unwrap_or(&RULES[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_there_and_states_its_numbers_in_both_languages() {
        for (of, code) in [
            (RuleOf::Due, "due"),
            (RuleOf::Floor, "floor"),
            (RuleOf::PerYear, "per-year"),
            (RuleOf::Count, "count"),
            (RuleOf::Task, "task"),
        ] {
            assert_eq!(of.rule().code, code);
        }
        assert_eq!(rules().len(), include_str!("../../schema/rules.csv").lines().count() - 1);
        let due = RuleOf::Due.rule();
        let percent = |share: Decimal| format!("{} %", (share * Decimal::from(100)).normalize());
        for text in [&due.text.zh, due.text.en.as_ref().unwrap()] {
            for number in [percent(due.amber_share), percent(due.amber_distance), percent(due.tolerance_share)] {
                assert!(text.contains(&number), "{number}: {text}");
            }
            assert!(text.contains(&format!("{} ", due.tolerance_points)), "{text}");
        }
        let bands = |rule: &Rule| (rule.amber_share, rule.amber_points, rule.amber_index, rule.amber_distance);
        assert!(rules().iter().all(|rule| bands(rule) == bands(due)), "other rules refer to the bands of «due»");
    }
}
