//! Conditions that filters share.

use async_graphql::InputObject;

use super::scalars::PeriodCode;

/// 文本条件；所给各项须同时成立。
/// Condition on a text; everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub struct StringFilter {
    /// 等于。
    /// Equal to.
    pub eq: Option<String>,
    /// 等于其中之一。
    /// Equal to one of.
    pub r#in: Option<Vec<String>>,
    /// 包含。
    /// Contains.
    pub contains: Option<String>,
}

impl StringFilter {
    /// Whether a text meets it.
    pub fn holds(&self, text: &str) -> bool {
        self.eq.as_ref().is_none_or(|eq| eq == text)
            && self.r#in.as_ref().is_none_or(|any| any.iter().any(|one| one == text))
            && self.contains.as_ref().is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
    }
}

/// 时期范围，两端均含在内。
/// A range of periods, both ends included.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct PeriodRange {
    /// 起：在此时期末或之后结束的。
    /// From: periods that end with this one or later.
    pub from: Option<PeriodCode>,
    /// 止：在此时期末或之前结束的。
    /// To: periods that end with this one or earlier.
    pub to: Option<PeriodCode>,
}
