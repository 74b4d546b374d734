//! Conditions that filters share.

use async_graphql::InputObject;
use futures_util::future::BoxFuture;

use super::fault::Fault;
use super::scalars::PeriodCode;

/// A condition on things of a type, with everything that it needs at hand.
pub type Test<T> = Box<dyn Fn(&T) -> bool + Send + Sync>;

/// Opens filters one after another.
///
/// # Errors
/// The first [`Fault`].
pub async fn open_all<'a, F, T>(
    filters: Option<&'a [F]>,
    open: impl Fn(&'a F) -> BoxFuture<'a, Result<T, Fault>>,
) -> Result<Vec<T>, Fault> {
    let mut opened = Vec::new();
    for filter in filters.unwrap_or_default() {
        opened.push(open(filter).await?);
    }
    Ok(opened)
}

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
    /// 包含；拉丁字母不分大小写。
    /// Contains; ASCII letters in either case.
    pub contains: Option<String>,
    /// 为真：没有该文本；为假：有该文本。
    /// True: there is no such text; false: there is one.
    pub is_null: Option<bool>,
}

impl StringFilter {
    /// Whether a text meets it.
    pub fn holds(&self, text: &str) -> bool {
        self.is_null != Some(true)
            && self.eq.as_ref().is_none_or(|eq| eq == text)
            && self.r#in.as_ref().is_none_or(|any| any.iter().any(|one| one == text))
            && self.contains.as_ref().is_none_or(|part| text.to_lowercase().contains(&part.to_lowercase()))
    }

    /// The texts that it admits by `eq` and `in`, of what always has one; none when it names none.
    pub fn exactly(&self) -> Option<Vec<String>> {
        if self.is_null == Some(true) {
            return Some(Vec::new());
        }
        match (&self.eq, &self.r#in) {
            (None, None) => None,
            (Some(eq), None) => Some(vec![eq.clone()]),
            (None, Some(any)) => Some(any.clone()),
            (Some(eq), Some(any)) => Some(any.iter().filter(|one| *one == eq).cloned().collect()),
        }
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
