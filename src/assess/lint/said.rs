//! How the data's words are said to people, in Chinese and English.

use crate::domain::{Commitment, TargetBasis};

/// What a target's number measures.
pub(super) const fn basis(basis: TargetBasis) -> (&'static str, &'static str) {
    match basis {
        TargetBasis::LevelAtEnd => ("期末水平", "a level at the end"),
        TargetBasis::Floor => ("不低于", "a floor"),
        TargetBasis::Cumulative => ("累计", "cumulative"),
        TargetBasis::NetNew => ("新增", "net new"),
        TargetBasis::PerYear => ("每年", "every year"),
        TargetBasis::GrowthRate => ("增速", "growth"),
        TargetBasis::Share => ("占比", "a share"),
        TargetBasis::Coverage => ("覆盖率", "coverage"),
        TargetBasis::CountOverThreshold => ("过门槛个数", "a count over a threshold"),
    }
}

/// How firmly a number is promised.
pub(super) const fn commitment(commitment: Commitment) -> (&'static str, &'static str) {
    match commitment {
        Commitment::Committed => ("确定的目标", "committed"),
        Commitment::Strive => ("力争的目标", "striven for"),
        Commitment::Indicative => ("预期的目标", "indicative"),
    }
}
