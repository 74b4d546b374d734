//! The closed list of kinds of findings; severity and titles stand in `schema/findings.csv`.

use std::sync::LazyLock;

use serde::Deserialize;

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Severity {
    /// 必须改正或裁定。Must be settled before the plan can be carried out as written.
    Error,
    /// 应当澄清。Should be made clear.
    Warning,
    /// 提示。For the editor's attention.
    Note,
}

impl Severity {
    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warning => "WARNING",
            Self::Note => "NOTE",
        }
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal),+ $(,)?) => {
        /// What sort of flaw a finding is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind { $($(#[$doc])* $name),+ }

        impl FindingKind {
            /// Every kind, in the order of the list.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its word in the list.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $word),+ }
            }
        }
    };
}

kinds! {
    /// A number without its counter.
    CounterDropped = "COUNTER_DROPPED",
    /// Different counters in body and list.
    CounterDiffers = "COUNTER_DIFFERS",
    /// A misspelt unit.
    UnitTypo = "UNIT_TYPO",
    /// One unit under several names.
    UnitNamesDiffer = "UNIT_NAMES_DIFFER",
    /// A unit that ceased before the plan begins.
    UnitNotInForce = "UNIT_NOT_IN_FORCE",
    /// A collective whose members are not listed.
    UnitNotNamed = "UNIT_NOT_NAMED",
    /// Different units in body and list.
    UnitsDiffer = "UNITS_DIFFER",
    /// The first unit of the body does not lead in the list.
    LeadDiffers = "LEAD_DIFFERS",
    /// Different roles in body and list.
    RolesDiffer = "ROLES_DIFFER",
    /// Units without a role.
    RoleMissing = "ROLE_MISSING",
    /// Several units, no lead.
    NoLead = "NO_LEAD",
    /// Different values or units of measure.
    ValueDiffers = "VALUE_DIFFERS",
    /// Different comparisons of one target.
    ComparatorDiffers = "COMPARATOR_DIFFERS",
    /// Different firmness of one target.
    CommitmentDiffers = "COMMITMENT_DIFFERS",
    /// An endeavour whose reach is open.
    CommitmentScopeOpen = "COMMITMENT_SCOPE_OPEN",
    /// Different measures of one target.
    MeasureDiffers = "MEASURE_DIFFERS",
    /// Different wording of one target or task.
    WordingDiffers = "WORDING_DIFFERS",
    /// Different names in body and list.
    NamesDiffer = "NAMES_DIFFER",
    /// More counted than named.
    NamesNotListed = "NAMES_NOT_LISTED",
    /// A headline goal without a task.
    HeadlineWithoutTask = "HEADLINE_WITHOUT_TASK",
    /// A target of the body that is not in the list.
    BodyTargetNotInList = "BODY_TARGET_NOT_IN_LIST",
    /// A target of the list that is not in its section.
    ListTargetNotInBody = "LIST_TARGET_NOT_IN_BODY",
    /// A target without milestones beside one with them.
    MilestoneMissing = "MILESTONE_MISSING",
    /// Thresholds that must nest.
    ThresholdsNeedNesting = "THRESHOLDS_NEED_NESTING",
    /// Part of the other or not.
    SubsetOpen = "SUBSET_OPEN",
    /// Alternatives counted together.
    SumOpen = "SUM_OPEN",
    /// Per year or by a year.
    PeriodOpen = "PERIOD_OPEN",
    /// No base.
    BaseYearMissing = "BASE_YEAR_MISSING",
    /// No tolerance.
    ToleranceOpen = "TOLERANCE_OPEN",
    /// A term with two meanings.
    TermAmbiguous = "TERM_AMBIGUOUS",
    /// A term without a meaning.
    TermUndefined = "TERM_UNDEFINED",
    /// A section without tasks.
    SectionWithoutTask = "SECTION_WITHOUT_TASK",
    /// A layout element without stated members.
    LayoutMembersOpen = "LAYOUT_MEMBERS_OPEN",
}

/// A line of the list.
#[derive(Debug, Deserialize)]
pub struct Entry {
    /// The kind's word.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// 中文标题
    pub zh: String,
    /// English title.
    pub en: String,
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_str!("../../../schema/findings.csv").as_bytes());
    reader.deserialize().filter_map(Result::ok).collect()
});

impl FindingKind {
    /// Its line in the list.
    pub fn entry(self) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.code == self.word())
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        self.entry().map_or(Severity::Note, |entry| entry.severity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_and_the_code_name_the_same_kinds_in_the_same_order() {
        let listed: Vec<&str> = ENTRIES.iter().map(|entry| entry.code.as_str()).collect();
        let known: Vec<&str> = FindingKind::ALL.iter().map(|kind| kind.word()).collect();
        assert_eq!(listed, known);
    }
}
